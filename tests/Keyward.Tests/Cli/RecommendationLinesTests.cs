using Keyward.Cli;
using Keyward.Vault.Policies.Simulation;

namespace Keyward.Tests.Cli;

public sealed class RecommendationLinesTests
{
    [Fact]
    public void A_person_gets_the_commands_and_the_document_as_it_stands()
    {
        var lines = SimulationCommands.Lines(new Recommendation("serviceAccount:app@p.iam",
            [new RecommendedBinding("projects/p", ["roles/a", "roles/b"], 3)], "{\n}", ["keyward.nodes.get"],
            ["project: roles/owner"], 7)).ToList();
        Assert.Equal(
        [
            "serviceAccount:app@p.iam: 7 calls, let by project: roles/owner",
            "  keyward policy add projects/p --member serviceAccount:app@p.iam --role roles/a",
            "  keyward policy add projects/p --member serviceAccount:app@p.iam --role roles/b",
            "    rights there that nobody used: 3",
            "  rights that AWS has no action for: keyward.nodes.get",
            "{\n}",
            "",
        ], lines);
    }
}

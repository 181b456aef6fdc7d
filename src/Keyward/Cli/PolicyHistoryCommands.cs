using System.CommandLine;
using System.Text.Json.Nodes;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>Revisions of a policy, a custom role or a group: which there were, what changed, and going back.</summary>
internal static class PolicyHistoryCommands
{
    private static readonly Argument<string> Subject = Commands.Name("resource",
        "A resource's name, deployment, a custom role's name, or groups/EMAIL.");

    private static readonly Option<long?> Number = new("--revision")
    {
        HelpName = "N", Description = "The revision's number; for diff the latest without it.",
    };

    private static readonly Option<long?> Against = new("--against")
    {
        HelpName = "N", Description = "The revision to compare with; without it the one before.",
    };

    public static Command BuildHistory() => Commands.Make("history", "List the revisions, the latest first.",
        ["keyward policy history projects/default"], null, HistoryAsync, Subject);

    public static Command BuildDiff() => Commands.Make("diff", "Show what a revision changed.",
        ["keyward policy diff projects/default", "keyward policy diff groups/EMAIL --revision 4 --against 2"], null,
        DiffAsync, Subject, Number, Against);

    public static Command BuildRollBack() => Commands.Make("rollback",
        "Make it what it was at a revision, as a new revision.",
        ["keyward policy rollback projects/default --revision 3"], null,
        async s => s.Output.Write(await s.Server.Access.RollBackAsync(new RollBackRequest
        {
            Subject = s.Get(Subject),
            Number = s.Get(Number) ?? throw new UsageException("The revision is missing.", "Give it: --revision N"),
        }, cancellationToken: s.Cancellation)), Subject, Number);

    private static async Task HistoryAsync(Session session) => session.Output.WriteList(
        await RevisionsAsync(session), "", "number", "time", "principal", "reason");

    private static async Task DiffAsync(Session session)
    {
        var revisions = await RevisionsAsync(session).ConfigureAwait(false);
        if (revisions.Count == 0) throw new FailedException($"{session.Get(Subject)} was never changed.");
        var wanted = Find(revisions, session.Get(Number) ?? revisions.Max(r => r.Number));
        var before = session.Get(Against) is { } number
            ? Find(revisions, number)
            : revisions.Where(r => r.Number < wanted.Number).MaxBy(r => r.Number);
        IEnumerable<string> old = before?.Lines ?? [];
        var added = wanted.Lines.Except(old).ToList();
        var removed = old.Except(wanted.Lines).ToList();
        if (!session.Output.IsJson)
        {
            foreach (var line in removed) Output.Line("- " + line);
            foreach (var line in added) Output.Line("+ " + line);
            return;
        }

        session.Output.Write(new JsonObject
        {
            ["subject"] = wanted.Subject,
            ["from"] = before?.Number ?? 0,
            ["to"] = wanted.Number,
            ["removed"] = new JsonArray([.. removed.Select(l => JsonValue.Create(l))]),
            ["added"] = new JsonArray([.. added.Select(l => JsonValue.Create(l))]),
        });
    }

    private static async Task<IReadOnlyList<Revision>> RevisionsAsync(Session session) =>
        (await session.Server.Access.ListRevisionsAsync(new ListRevisionsRequest { Subject = session.Get(Subject) },
            cancellationToken: session.Cancellation)).Revisions;

    private static Revision Find(IReadOnlyList<Revision> revisions, long number) =>
        revisions.FirstOrDefault(r => r.Number == number)
        ?? throw new FailedException($"There is no revision {number}.", "keyward policy history RESOURCE");
}

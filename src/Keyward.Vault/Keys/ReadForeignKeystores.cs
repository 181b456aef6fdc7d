using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Keys;

/// <summary>The keystores beside the deployment's own that a project has in a location: none, since none can be
/// made. Who lists keys there may ask.</summary>
public sealed record ReadForeignKeystores(LocationName Location) : IOperation<Done>
{
    Verb IOperation<Done>.Verb { get; } = new("list_keystores", OperationClass.AdminRead);

    Demand IOperation<Done>.Demand => Demand.On(Permission.CryptoKeysList, Location);

    void IOperation<Done>.Describe(RecordDraft draft)
    {
        draft.Resource = Location + "/keystores";
        draft.Project = Location.Project.Value;
    }

    ValueTask<Outcome<Done>> IOperation<Done>.RunAsync(Passage passage) => new(new Done());
}

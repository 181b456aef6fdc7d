using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Keys;

/// <summary>Makes, changes or connects a keystore beside the deployment's own: there is none and none can be made,
/// which whoever makes keys there is told.</summary>
/// <param name="Keystore">The one that is meant; null to make one.</param>
public sealed record UseForeignKeystore(LocationName Location, string? Keystore) : IOperation<Done>
{
    Verb IOperation<Done>.Verb { get; } = new("use_keystore", OperationClass.AdminWrite);

    Demand IOperation<Done>.Demand => Demand.On(Permission.CryptoKeysCreate, Location);

    void IOperation<Done>.Describe(RecordDraft draft)
    {
        draft.Resource = Location + "/keystores";
        draft.Project = Location.Project.Value;
    }

    ValueTask<Outcome<Done>> IOperation<Done>.RunAsync(Passage passage) => new(Keystore is null
        ? new Refusal(RefusalReason.NotOffered, "Custom key stores are not offered by this server.")
        : new Refusal(RefusalReason.NotFound, "There is no such keystore.", Location + "/keystores"));
}

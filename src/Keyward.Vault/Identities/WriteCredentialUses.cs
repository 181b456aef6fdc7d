using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Writes down when credentials were last used at a node. Only the server's own job does it.</summary>
internal sealed record WriteCredentialUses(IReadOnlyList<(string Id, DateTimeOffset Time)> Uses) : IOperation<Done>
{
    Verb IOperation<Done>.Verb { get; } = new("write_credential_uses", OperationClass.AdminWrite);

    Demand IOperation<Done>.Demand => Demand.OnDeployment(Permission.CredentialsList);

    void IOperation<Done>.Describe(RecordDraft draft)
    {
        draft.Resource = Demand.DeploymentName;
        draft.Parameter("credentials", Uses.Count.ToString(CultureInfo.InvariantCulture));
    }

    ValueTask<Outcome<Done>> IOperation<Done>.RunAsync(Passage passage) =>
        passage.Caller.Type == Caller.SystemType
            ? passage.ChangeAsync(((IOperation<Done>)this).Demand, Change)
            : new(new Refusal(RefusalReason.PermissionDenied, "Only the server itself writes this down."));

    private Outcome<Done> Change(ChangeDraft draft)
    {
        foreach (var (id, time) in Uses)
            if (draft.Snapshot.CredentialUses.GetValueOrDefault(id) is not { } written || written.LastUseTime < time)
                draft.PutUse(id, new CredentialUse(Micros.Trim(time)));
        return default(Done);
    }
}

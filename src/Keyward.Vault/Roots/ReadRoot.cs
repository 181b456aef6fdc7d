using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Roots;

public sealed record ReadRoot : IOperation<RootView>
{
    Verb IOperation<RootView>.Verb { get; } = new("get_root", OperationClass.AdminRead);

    Demand IOperation<RootView>.Demand => Demand.OnDeployment(Permission.RootKeysGet, RootRotation.Resource);

    void IOperation<RootView>.Describe(RecordDraft draft) => draft.Resource = RootRotation.Resource;

    async ValueTask<Outcome<RootView>> IOperation<RootView>.RunAsync(Passage passage) =>
        await RootRotation.ShowAsync(passage.Vault, passage.Snapshot).ConfigureAwait(false);
}

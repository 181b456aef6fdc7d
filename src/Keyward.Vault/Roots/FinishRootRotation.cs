using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Roots;

/// <summary>Empties the bridge of a rotation: from then on the old root opens nothing. Refused while a node does not
/// keep the new root, since that one could not start again.</summary>
public sealed record FinishRootRotation : IOperation<RootView>
{
    Verb IOperation<RootView>.Verb { get; } = new("finish_root_rotation", OperationClass.AdminWrite);

    Demand IOperation<RootView>.Demand => Demand.OnDeployment(Permission.RootKeysRotate, RootRotation.Resource);

    void IOperation<RootView>.Describe(RecordDraft draft) => draft.Resource = RootRotation.Resource;

    async ValueTask<Outcome<RootView>> IOperation<RootView>.RunAsync(Passage passage)
    {
        var view = await RootRotation.ShowAsync(passage.Vault, passage.Snapshot).ConfigureAwait(false);
        if (view is { IsRotating: true, Waiting.Count: > 0 })
            return new Refusal(RefusalReason.TransitionNotAllowed,
                $"The new root is not kept yet by {string.Join(", ", view.Waiting)}. It is kept within seconds by " +
                "who runs and can write its root file; start what is stopped, or remove it: keyward node remove",
                RootRotation.Resource);
        var finished = await passage.ChangeAsync(((IOperation<RootView>)this).Demand, draft => Change(draft, view))
            .ConfigureAwait(false);
        if (!finished.TryGet(out _, out var refusal)) return refusal;
        return view with { IsRotating = false };
    }

    private static Outcome<int> Change(ChangeDraft draft, RootView view)
    {
        // Another rotation than the one that the nodes were asked about is not this call's to finish.
        if (RootRotation.OpenBridgeOf(draft.Snapshot) is not { } bridge || draft.Hierarchy.RootCheck != view.Check)
            return new Refusal(RefusalReason.TransitionNotAllowed,
                "No rotation of the root is under way. Begin one: keyward root rotate", RootRotation.Resource);
        draft.Put(bridge.Erased());
        draft.Record.Changed("bridge", "open", "closed");
        return 0;
    }
}

using System.Globalization;
using System.Security.Cryptography;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Roots;

/// <summary>Makes a new root and seals by it what the old one sealed, in one change: project keys, deployment keys, log
/// keys, token keys, the certificate authority. What lies under project keys is left alone.</summary>
public sealed record RotateRoot : IOperation<RootView>
{
    Verb IOperation<RootView>.Verb { get; } = new("rotate_root", OperationClass.AdminWrite);

    Demand IOperation<RootView>.Demand => Demand.OnDeployment(Permission.RootKeysRotate, RootRotation.Resource);

    void IOperation<RootView>.Describe(RecordDraft draft) => draft.Resource = RootRotation.Resource;

    async ValueTask<Outcome<RootView>> IOperation<RootView>.RunAsync(Passage passage)
    {
        var rotated = await passage.ChangeAsync(((IOperation<RootView>)this).Demand, Change).ConfigureAwait(false);
        if (!rotated.TryGet(out _, out var refusal)) return refusal;
        passage.Vault.KeepRoot();
        return await RootRotation.ShowAsync(passage.Vault, passage.Vault.Snapshot).ConfigureAwait(false);
    }

    private static Outcome<int> Change(ChangeDraft draft)
    {
        if (RootRotation.OpenBridgeOf(draft.Snapshot) is not null)
            return new Refusal(RefusalReason.TransitionNotAllowed,
                "The last rotation is not finished. Finish it: keyward root rotate --finish", RootRotation.Resource);
        if (!draft.Snapshot.Altered.IsEmpty) return RootRotation.AlteredRows;
        var generation = 2 + RootRotation.BridgesOf(draft.Snapshot).Count();
        var (keys, credentials) = (draft.Snapshot.SealedKeys.Values, draft.Snapshot.Credentials.Values);
        using var root = draft.Hierarchy.MakeRoot(
            string.Create(CultureInfo.InvariantCulture, $"{RootRotation.Resource}/{generation}"));
        draft.PutResealed(new SealedKeyRow(RandomNumberGenerator.GetBytes(16), root.Bridge, draft.Now));
        foreach (var row in keys.Where(k => !k.IsErased)) draft.PutResealed(row with { Key = root.Reseal(row.Key) });
        foreach (var key in credentials.Where(c => c is { Kind: CredentialKind.TokenKey, Secret.Sealed.Length: > 0 }))
            draft.PutResealed(key with { Secret = root.Reseal(key.Secret!) });
        draft.Record.Changed("root_generation", (generation - 1).ToString(CultureInfo.InvariantCulture),
            generation.ToString(CultureInfo.InvariantCulture));
        return generation;
    }
}

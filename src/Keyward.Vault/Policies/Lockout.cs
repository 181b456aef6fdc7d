using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies;

/// <summary>A change after which nobody could change the policy back is refused: somebody must remain who may set it
/// whatever conditions say, with a credential to come by.</summary>
internal static class Lockout
{
    public static Refusal? Judge(Snapshot after, PolicyTarget target, Caller caller, DateTimeOffset now)
    {
        if (caller.Type == Caller.SystemType) return null;
        var circumstances = new Circumstances(now, Assumption: Assumption.Least);
        if (MaySet(after, caller, target, circumstances)) return null;
        foreach (var account in after.Accounts.Values)
            if (account.State == StandingState.Active && HasCredential(after, account, now)
                && MaySet(after, Identities.Identities.CallerOf(account, ""), target, circumstances)) return null;
        return PolicyRules.Invalid($"With this change nobody could change the policy of {target.FullName} any more.");
    }

    /// <summary>To lift a deny takes another right than to set bindings; whoever holds both can undo
    /// anything.</summary>
    private static bool MaySet(
        Snapshot snapshot, Caller caller, PolicyTarget target, in Circumstances circumstances) =>
        Authority.Decide(snapshot, caller, target.ToWrite, circumstances).Allowed
        && (!HasDeny(snapshot, target)
            || Authority.Decide(snapshot, caller, target.For(Permission.DenyPoliciesUpdate), circumstances).Allowed);

    private static bool HasDeny(Snapshot snapshot, PolicyTarget target) =>
        target.Find(snapshot) is { Deny.IsEmpty: false };

    private static bool HasCredential(Snapshot snapshot, ServiceAccount account, DateTimeOffset now)
    {
        foreach (var id in snapshot.CredentialsOf.GetValueOrDefault(account.Email, []))
            if (snapshot.Credentials.TryGetValue(id, out var credential) && credential.IsGoodAt(now)) return true;
        return false;
    }
}

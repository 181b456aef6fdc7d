using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Automation;

/// <summary>A key and a rule that it does not meet.</summary>
public sealed record Drift(KeyName Key, DriftRule Rule)
{
    private static readonly TimeSpan OldPrimary = TimeSpan.FromDays(365);
    private static readonly TimeSpan SoonOver = TimeSpan.FromDays(7);

    /// <summary>What the schedule gives the job that rotates before a key counts as overdue.</summary>
    private static readonly TimeSpan RotationGrace = TimeSpan.FromMinutes(1);

    private static readonly string[] Everybody = [Principals.AllUsers, Principals.AllAuthenticatedUsers];

    /// <summary>What is otherwise than it should be with keys that are on.</summary>
    internal static IEnumerable<Drift> Of(IEnumerable<KeyEntry> keys, DateTimeOffset now) =>
        keys.Where(k => k.Glance.StateAt(now) == KeyState.Enabled)
            .SelectMany(k => RulesOf(k.Peek(), now).Select(r => new Drift(k.Name, r)));

    private static IEnumerable<DriftRule> RulesOf(OpenKey entry, DateTimeOffset now)
    {
        var key = entry.Key;
        if (key.NextRotationTime is { } due)
        {
            if (!key.IsReplica && due < now - RotationGrace) yield return DriftRule.RotationOverdue;
        }
        else if (key is { Purpose: Purpose.EncryptDecrypt, ImportOnly: false, IsReplica: false }
            && entry.Primary is { } old && now - old.CreateTime > OldPrimary) yield return DriftRule.NoRotation;
        if (entry.Primary is { } primary)
        {
            if (primary.StateAt(now) is not (VersionState.Enabled or VersionState.PendingGeneration))
                yield return DriftRule.PrimaryOff;
            if (primary.MaterialExpireTime is { } end && end > now && end - now < SoonOver)
                yield return DriftRule.PrimaryEnds;
        }

        if (key.Policy.Policy.Bindings.Any(b => b.Members.Any(Everybody.Contains)))
            yield return DriftRule.OpenToEverybody;
    }
}

using System.Collections.Immutable;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Keys;

/// <summary>The limits on a key's fields (Cloud KMS: CryptoKey; labels: Requirements for labels).</summary>
internal static class KeyRules
{
    public static readonly TimeSpan DefaultDestroyScheduledDuration = TimeSpan.FromDays(30);
    public static readonly TimeSpan MinimumDestroyScheduledDuration = TimeSpan.FromHours(24);
    public static readonly TimeSpan MaximumDestroyScheduledDuration = TimeSpan.FromDays(120);
    public static readonly TimeSpan MinimumRotationPeriod = TimeSpan.FromHours(24);
    public static readonly TimeSpan MaximumRotationPeriod = TimeSpan.FromHours(876_000);

    public static readonly Refusal NoRotation =
        Invalid("Only a key for encryption and decryption has a rotation schedule.");

    private const int MaximumLabels = 64;
    private const int MaximumLabelLength = 63;

    public static Refusal? JudgeLabels(IReadOnlyDictionary<string, string> labels)
    {
        if (labels.Count > MaximumLabels) return Invalid($"A key has at most {MaximumLabels} labels.");
        foreach (var (name, value) in labels)
        {
            if (name.Length is 0 or > MaximumLabelLength || !IsLowerLetter(name[0]) || !name.All(IsLabelCharacter))
                return Invalid("A label's key has 1 to 63 lower-case letters, digits, underscores and hyphens and " +
                    "begins with a letter.");
            if (value.Length > MaximumLabelLength || !value.All(IsLabelCharacter))
                return Invalid("A label's value has at most 63 lower-case letters, digits, underscores and hyphens.");
        }

        return null;
    }

    public static Refusal? JudgeRotation(TimeSpan? period, DateTimeOffset? next, bool nextIsNew, DateTimeOffset now)
    {
        if (period is { } given && (given < MinimumRotationPeriod || given > MaximumRotationPeriod))
            return Invalid("The rotation period must be from 24 hours to 876,000 hours.");
        if (period is not null && next is null) return Invalid("A rotation period needs a next rotation time.");
        return nextIsNew && next <= now ? Invalid("The next rotation time must lie in the future.") : null;
    }

    /// <summary>Only a key that has a primary version rotates by itself, and only with material made here.</summary>
    public static Refusal? JudgeRotates(Purpose purpose, bool importOnly, TimeSpan? period, DateTimeOffset? next)
    {
        if (period is null && next is null) return null;
        if (!AlgorithmTable.HasPrimary(purpose)) return NoRotation;
        return importOnly
            ? Invalid("An import-only key does not rotate by itself: import a version and make it primary.")
            : null;
    }

    /// <summary>An import-only key's owner has the material still, so it may go at once.</summary>
    public static Refusal? JudgeDestroyDuration(TimeSpan duration, bool importOnly)
    {
        var minimum = importOnly ? TimeSpan.Zero : MinimumDestroyScheduledDuration;
        return duration < minimum || duration > MaximumDestroyScheduledDuration
            ? Invalid("The destroy-scheduled duration must be from 24 hours (import-only keys: from 0) to 120 days.")
            : null;
    }

    public static string Show(ImmutableSortedDictionary<string, string> labels) =>
        string.Join(',', labels.Select(l => $"{l.Key}={l.Value}"));

    public static Refusal Invalid(string sentence) => new(RefusalReason.InvalidArgument, sentence);

    private static bool IsLowerLetter(char c) => char.IsLetter(c) && !char.IsUpper(c);

    private static bool IsLabelCharacter(char c) => IsLowerLetter(c) || char.IsDigit(c) || c is '_' or '-';
}

using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.KeyUse;

/// <summary>What the operations share that use one version beyond the vault's own ciphertext format: finding it,
/// judging it, and running in the lane that its algorithm belongs to.</summary>
internal static class VersionUse
{
    /// <summary>The most bytes of a message, a MAC's data or a plaintext in one call.</summary>
    public const int MaximumInputSizeBytes = 64 * 1024;

    public static void Describe(RecordDraft draft, KeyName key, int? version)
    {
        draft.Project = key.Project.Value;
        draft.Resource = version is { } number ? new VersionName(key, number).ToString() : key.ToString();
    }

    /// <summary>Runs with the version that is named, or the newest one where none is: keys of these purposes have no
    /// primary version, and a door whose keys have one material names none.</summary>
    /// <param name="isCheap">The use itself does not take long, although the algorithm's other uses do.</param>
    public static ValueTask<Outcome<T>> RunAsync<T>(Passage passage, KeyName key, int? number, Purpose purpose,
        Func<KeyVersion, AlgorithmRow, Outcome<T>> run, bool isCheap = false)
    {
        if (!Find(passage, key, number, purpose).TryGet(out var version, out var refusal)) return new(refusal);
        var row = AlgorithmTable.Of(version.Algorithm);
        return row.IsSlow && !isCheap
            ? SlowLane.Shared.RunAsync(() => run(version, row))
            : new(run(version, row));
    }

    /// <summary>The version, if it may be used for this now. <see cref="Purpose.Unspecified"/> stands for
    /// any.</summary>
    public static Outcome<KeyVersion> Find(Passage passage, KeyName key, int? number, Purpose purpose)
    {
        if (passage.Snapshot.Find(key) is not { } entry) return KeyRefusals.NotFound(passage.Record.Resource!);
        if (KeyRefusals.JudgeUse(entry.Key, passage.Now) is { } resting) return resting;
        if (purpose != Purpose.Unspecified && entry.Key.Purpose != purpose)
            return WrongPurpose.Of(key, entry.Key.Purpose, purpose);
        var version = number is { } named ? entry.Find(named) : entry.Versions.LastOrDefault();
        if (version is null)
            return number is null && entry.Key.ImportOnly
                ? KeyRefusals.NoPrimary(entry.Key)
                : KeyRefusals.NotFound(passage.Record.Resource!);
        passage.Record.Version = version;
        passage.Record.Resource = version.FullName;
        if (AlteredRows.Refuse(passage.Snapshot, version) is { } altered) return altered;
        if (version.StateAt(passage.Now) is var state && state != VersionState.Enabled)
            return KeyRefusals.NotEnabled(version, state);
        // To look at the public half takes no expertise.
        return purpose != Purpose.Unspecified
            && Expertise.Judge(passage, version.Algorithm, version.Name) is { } refusal ? refusal : version;
    }

    /// <summary>The scheme to use: the one that was named, if the version's algorithm has it.</summary>
    public static Outcome<Scheme> SchemeOf(AlgorithmRow row, Scheme? named, KeyVersion version)
    {
        if (named is not { } scheme) return row.Scheme;
        return row.Has(scheme)
            ? scheme
            : new Refusal(RefusalReason.AlgorithmMismatch,
                $"{version.Name.Parent} cannot be used with this algorithm; its own is {row.SealLabel}.",
                version.Name.Parent.ToString());
    }
}

using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Whether and when a key rotates by schedule.</summary>
public sealed record GetRotation(KeyName Name) : IOperation<Key>
{
    Verb IOperation<Key>.Verb { get; } = new("get_rotation", OperationClass.AdminRead);

    Demand IOperation<Key>.Demand => Demand.On(Permission.CryptoKeysGetRotation, Name);

    void IOperation<Key>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<Key>> IOperation<Key>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Name) is not { } entry) return new(KeyRefusals.NotFound(Name));
        // A replica shows the rotation of its set.
        var own = entry.Key.IsReplica ? entry.With(entry.Key with { PrimaryLocation = null }) : entry;
        return new(KeyRotation.Judge(own, passage.Now) is { } refusal ? refusal : entry.Key);
    }
}

/// <summary>One material of a key that rotates: the first, or that of a rotation.</summary>
public sealed record RotationEntry(KeyVersion Version, bool IsCurrent, bool IsFirst, bool IsAutomatic)
{
    /// <summary>Brought by the owner, and not yet current.</summary>
    public bool IsWaiting { get; init; }

    /// <summary>Such material that a replica of the set lacks.</summary>
    public bool IsMissingElsewhere { get; init; }

    public bool HasMaterial { get; init; }
}

/// <summary>The rotations that a key has had, oldest first; with the first material if asked for.</summary>
public sealed record ListRotations(KeyName Name, bool WithFirst, PageRequest<RotationEntry> Page)
    : IOperation<Page<RotationEntry>>
{
    Verb IOperation<Page<RotationEntry>>.Verb { get; } = new("list_rotations", OperationClass.AdminRead);

    Demand IOperation<Page<RotationEntry>>.Demand => Demand.On(Permission.CryptoKeysListRotations, Name);

    void IOperation<Page<RotationEntry>>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<Page<RotationEntry>>> IOperation<Page<RotationEntry>>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Name) is not { } entry) return new(KeyRefusals.NotFound(Name));
        if (entry.Key.Purpose != Algorithms.Purpose.EncryptDecrypt)
            return new(new Refusal(RefusalReason.WrongPurpose, $"{Name} is not a key that rotates.",
                Name.ToString()));
        var all = (WithFirst ? KeyRotation.All(entry, passage.Now) : KeyRotation.Of(entry, passage.Now))
            .Select(v => EntryOf(passage, entry, v));
        string NameOf(RotationEntry e) => Paging.NumberName(e.Version.Name.Number);
        return new(Paging.Cut(passage, $"{Name}/rotations {WithFirst}", Page,
            last => all.Where(e => last is null || string.CompareOrdinal(NameOf(e), last) > 0), NameOf, 0));
    }

    private static RotationEntry EntryOf(Passage passage, KeyEntry entry, KeyVersion version)
    {
        var number = version.Name.Number;
        var isWaiting = KeyRotation.IsWaiting(entry, version);
        return new RotationEntry(
            version, entry.Key.PrimaryVersion == number, number == 1, KeyRotation.IsAutomatic(version))
        {
            IsWaiting = isWaiting,
            IsMissingElsewhere = isWaiting && KeySets.Of(passage.Snapshot, entry.Key, passage.Settings).Any(k =>
                passage.Snapshot.Find(new VersionName(k.Name, number))?.StateAt(passage.Now) != VersionState.Enabled),
            HasMaterial = version.StateAt(passage.Now) is not (VersionState.Destroyed or VersionState.ImportFailed),
        };
    }
}

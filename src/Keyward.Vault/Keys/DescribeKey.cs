using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>A key with its primary version and, for a multi-region key, the others of its set.</summary>
public sealed record KeyDescription(
    Key Key, KeyVersion? Primary, IReadOnlyList<Key> Set, bool IsPendingImport)
{
    internal static KeyDescription Of(
        Snapshot snapshot, KeyEntry entry, GateSettings settings, DateTimeOffset now) => new(
            entry.Key, entry.Primary, [.. KeySets.Of(snapshot, entry.Key, settings)],
            KeyImports.IsPending(entry, now)) { MaterialExpireTime = KeyImports.FirstExpiry(entry) };

    /// <summary>When the first of its imported materials goes by itself.</summary>
    public DateTimeOffset? MaterialExpireTime { get; init; }
}

public sealed record DescribeKey(KeyName Name) : IOperation<KeyDescription>
{
    Verb IOperation<KeyDescription>.Verb { get; } = new("get_key", OperationClass.AdminRead);

    Demand IOperation<KeyDescription>.Demand => Demand.On(Permission.CryptoKeysGet, Name);

    void IOperation<KeyDescription>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<KeyDescription>> IOperation<KeyDescription>.RunAsync(Passage passage) => new(
        passage.Snapshot.Find(Name) is { } entry && entry.Key.StateAt(passage.Now) != KeyState.Deleted
            ? KeyDescription.Of(passage.Snapshot, entry, passage.Settings, passage.Now)
            : KeyRefusals.NotFound(Name));
}

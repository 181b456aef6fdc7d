using System.Collections.Immutable;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Sets some fields of a key. What is named in <see cref="Fields"/> is replaced, and cleared where nothing is
/// given; the rest stays.</summary>
public sealed record UpdateKey(KeyName Name, KeyFields Fields) : IOperation<KeyView>
{
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Key.NoLabels;

    public TimeSpan? RotationPeriod { get; init; }

    public DateTimeOffset? NextRotationTime { get; init; }

    public Algorithm Algorithm { get; init; }

    Verb IOperation<KeyView>.Verb { get; } = new("update_key", OperationClass.AdminWrite);

    Demand IOperation<KeyView>.Demand => Demand.On(Permission.CryptoKeysUpdate, Name);

    void IOperation<KeyView>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
        draft.Parameter("fields", Fields.ToString());
    }

    ValueTask<Outcome<KeyView>> IOperation<KeyView>.RunAsync(Passage passage) => Fields == KeyFields.None
        ? new(KeyRules.Invalid("An update names the fields to change."))
        : passage.ChangeAsync(((IOperation<KeyView>)this).Demand, Change);

    private Outcome<KeyView> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        var old = entry.Key;
        var key = old;
        if (Fields.HasFlag(KeyFields.Labels)) key = key with { Labels = Labels };
        if (Fields.HasFlag(KeyFields.RotationPeriod)) key = key with { RotationPeriod = RotationPeriod };
        if (Fields.HasFlag(KeyFields.NextRotationTime))
            key = key with { NextRotationTime = NextRotationTime is { } next ? Micros.Trim(next) : null };
        if (Fields.HasFlag(KeyFields.Algorithm)) key = key with
        {
            Algorithm = Algorithm == Algorithm.Unspecified ? AlgorithmTable.DefaultOf(key.Purpose) : Algorithm,
        };
        if (Judge(key, draft.Now) is { } refusal) return refusal;
        Record(draft.Record, old, key);
        draft.Put(key);
        return new KeyView(key, entry.Primary);
    }

    private Refusal? Judge(Key key, DateTimeOffset now)
    {
        if (key.Algorithm == Algorithm.Unspecified || AlgorithmTable.Of(key.Algorithm).Purpose != key.Purpose)
            return KeyRules.Invalid("The algorithm does not fit the key's purpose.");
        return KeyRules.JudgeLabels(key.Labels)
            ?? KeyRules.JudgeRotates(key.Purpose, key.ImportOnly, key.RotationPeriod, key.NextRotationTime)
            ?? KeyRules.JudgeRotation(key.RotationPeriod, key.NextRotationTime,
            Fields.HasFlag(KeyFields.NextRotationTime), now);
    }

    private static void Record(RecordDraft record, Key old, Key key)
    {
        void Changed(string field, string? before, string? after)
        {
            if (before != after) record.Changed(field, before, after);
        }

        Changed("labels", KeyRules.Show(old.Labels), KeyRules.Show(key.Labels));
        Changed("rotation_period", old.RotationPeriod?.ToString(), key.RotationPeriod?.ToString());
        Changed("next_rotation_time", old.NextRotationTime?.ToString("O"), key.NextRotationTime?.ToString("O"));
        Changed("algorithm", old.Algorithm.ToString(), key.Algorithm.ToString());
    }
}

/// <summary>The fields of a key that can be changed.</summary>
[Flags]
public enum KeyFields
{
    None = 0,
    Labels = 1,
    RotationPeriod = 2,
    NextRotationTime = 4,
    Algorithm = 8,
}

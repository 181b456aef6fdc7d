using System.Collections.Immutable;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Adds tags to a key, or gives those that it has new values.</summary>
public sealed record TagKey(KeyName Name, IReadOnlyList<KeyValuePair<string, string>> Tags) : IOperation<Key>
{
    Verb IOperation<Key>.Verb { get; } = new("tag_key", OperationClass.AdminWrite);

    Demand IOperation<Key>.Demand => Demand.On(Permission.CryptoKeysTag, Name);

    IRequestAttributes IOperation<Key>.Attributes =>
        new RequestAttributes((AttributeNames.Tags, RequestAttributes.Map(Tags)));

    void IOperation<Key>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<Key>> IOperation<Key>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Key>)this).Demand, Change);

    private Outcome<Key> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        if (KeyRefusals.JudgeState(entry.Key, draft.Now) is { } going) return going;
        if (!KeyTags.Added(entry.Key.Tags, Tags).TryGet(out var tags, out var refusal)) return refusal;
        var changed = entry.Key with { Tags = tags };
        draft.Put(changed);
        draft.Record.Changed("tags", KeyRules.Show(entry.Key.Tags), KeyRules.Show(tags));
        return changed;
    }
}

/// <summary>Takes tags off a key; what it has not is no fault.</summary>
public sealed record UntagKey(KeyName Name, IReadOnlyList<string> TagNames) : IOperation<Key>
{
    Verb IOperation<Key>.Verb { get; } = new("untag_key", OperationClass.AdminWrite);

    Demand IOperation<Key>.Demand => Demand.On(Permission.CryptoKeysUntag, Name);

    IRequestAttributes IOperation<Key>.Attributes =>
        new RequestAttributes((AttributeNames.TagKeys, TagNames));

    void IOperation<Key>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<Key>> IOperation<Key>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<Key>)this).Demand, Change);

    private Outcome<Key> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Name) is not { } entry) return KeyRefusals.NotFound(Name);
        if (KeyRefusals.JudgeState(entry.Key, draft.Now) is { } going) return going;
        var tags = entry.Key.Tags.RemoveRange(TagNames);
        if (tags.Count == entry.Key.Tags.Count) return entry.Key;
        var changed = entry.Key with { Tags = tags };
        draft.Put(changed);
        draft.Record.Changed("tags", KeyRules.Show(entry.Key.Tags), KeyRules.Show(tags));
        return changed;
    }
}

/// <summary>A key's tags, in order of their names.</summary>
public sealed record ListTags(KeyName Name, PageRequest<KeyValuePair<string, string>> Page)
    : IOperation<Page<KeyValuePair<string, string>>>
{
    Verb IOperation<Page<KeyValuePair<string, string>>>.Verb { get; } = new("list_tags", OperationClass.AdminRead);

    Demand IOperation<Page<KeyValuePair<string, string>>>.Demand => Demand.On(Permission.CryptoKeysListTags, Name);

    void IOperation<Page<KeyValuePair<string, string>>>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<Page<KeyValuePair<string, string>>>> IOperation<Page<KeyValuePair<string, string>>>.RunAsync(
        Passage passage)
    {
        if (passage.Snapshot.Find(Name) is not { } entry) return new(KeyRefusals.NotFound(Name));
        return new(Paging.Cut(passage, Name + "/tags", Page,
            last => entry.Key.Tags.Where(t => last is null || string.CompareOrdinal(t.Key, last) > 0),
            t => t.Key, entry.Key.Tags.Count));
    }
}

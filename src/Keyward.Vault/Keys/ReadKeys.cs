using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

public sealed record GetKey(KeyName Name) : IOperation<KeyView>
{
    Verb IOperation<KeyView>.Verb { get; } = new("get_key", OperationClass.AdminRead);

    Demand IOperation<KeyView>.Demand => Demand.On(Permission.CryptoKeysGet, Name);

    void IOperation<KeyView>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Project.Value;
    }

    ValueTask<Outcome<KeyView>> IOperation<KeyView>.RunAsync(Passage passage) => new(
        passage.Snapshot.Find(Name) is { } entry ? KeyView.Of(entry) : KeyRefusals.NotFound(Name));
}

public sealed record ListKeys(KeyRingName Parent, PageRequest<KeyView> Page) : IOperation<Page<KeyView>>
{
    Verb IOperation<Page<KeyView>>.Verb { get; } = new("list_keys", OperationClass.AdminRead);

    Demand IOperation<Page<KeyView>>.Demand => Demand.On(Permission.CryptoKeysList, Parent);

    void IOperation<Page<KeyView>>.Describe(RecordDraft draft)
    {
        draft.Resource = Parent + "/cryptoKeys";
        draft.Project = Parent.Project.Value;
    }

    ValueTask<Outcome<Page<KeyView>>> IOperation<Page<KeyView>>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Parent) is not { } ring) return new(KeyRefusals.NotFound(Parent));
        return new(Paging.Cut(passage, Parent + "/cryptoKeys", Page,
            last => ring.Keys.After(last).Select(KeyView.Of),
            v => v.Key.Name.Key, ring.Keys.Count));
    }
}

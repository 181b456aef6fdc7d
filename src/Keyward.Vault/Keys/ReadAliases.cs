using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>An alias with the id of its key.</summary>
public sealed record AliasView(Alias Alias, string KeyId);

/// <summary>The aliases of a location, or those of one key in it.</summary>
public sealed record ListAliases(LocationName Parent, KeyName? Key, PageRequest<AliasView> Page)
    : IOperation<Page<AliasView>>
{
    Verb IOperation<Page<AliasView>>.Verb { get; } = new("list_aliases", OperationClass.AdminRead);

    Demand IOperation<Page<AliasView>>.Demand => Demand.On(Permission.AliasesList, Parent);

    void IOperation<Page<AliasView>>.Describe(RecordDraft draft)
    {
        draft.Resource = Parent + "/aliases";
        draft.Project = Parent.Project.Value;
    }

    ValueTask<Outcome<Page<AliasView>>> IOperation<Page<AliasView>>.RunAsync(Passage passage)
    {
        var snapshot = passage.Snapshot;
        if (Key is { } key && snapshot.Find(key) is null) return new(KeyRefusals.NotFound(key));
        IEnumerable<AliasView> After(string? last) => KeyAliases.In(snapshot, Parent, last)
            .Where(a => Key is null || a.Key == Key)
            .Select(a => new AliasView(a, snapshot.Find(a.Key)?.Key.IdText ?? ""));
        return new(Paging.Cut(passage, $"{Parent}/aliases {Key}", Page, After, a => a.Alias.Name.Alias, 0));
    }
}

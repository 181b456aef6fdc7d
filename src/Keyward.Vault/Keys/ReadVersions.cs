using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

public sealed record GetVersion(VersionName Name) : IOperation<KeyVersion>
{
    Verb IOperation<KeyVersion>.Verb { get; } = new("get_version", OperationClass.AdminRead);

    Demand IOperation<KeyVersion>.Demand => Demand.On(Permission.VersionsGet, Name);

    void IOperation<KeyVersion>.Describe(RecordDraft draft)
    {
        draft.Resource = Name.ToString();
        draft.Project = Name.Parent.Project.Value;
    }

    ValueTask<Outcome<KeyVersion>> IOperation<KeyVersion>.RunAsync(Passage passage) => new(
        passage.Snapshot.Find(Name) is { } version ? version : KeyRefusals.NotFound(Name));
}

public sealed record ListVersions(KeyName Parent, PageRequest<KeyVersion> Page) : IOperation<Page<KeyVersion>>
{
    Verb IOperation<Page<KeyVersion>>.Verb { get; } = new("list_versions", OperationClass.AdminRead);

    Demand IOperation<Page<KeyVersion>>.Demand => Demand.On(Permission.VersionsList, Parent);

    void IOperation<Page<KeyVersion>>.Describe(RecordDraft draft)
    {
        draft.Resource = Parent + "/cryptoKeyVersions";
        draft.Project = Parent.Project.Value;
    }

    ValueTask<Outcome<Page<KeyVersion>>> IOperation<Page<KeyVersion>>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Parent) is not { } key) return new(KeyRefusals.NotFound(Parent));
        string NameOf(KeyVersion version) => Paging.NumberName(version.Name.Number);
        IEnumerable<KeyVersion> After(string? last) => last is null
            ? key.Versions
            : key.Versions.SkipWhile(v => string.CompareOrdinal(NameOf(v), last) <= 0);
        return new(Paging.Cut(passage, Parent + "/cryptoKeyVersions", Page, After, NameOf, key.Versions.Length));
    }
}

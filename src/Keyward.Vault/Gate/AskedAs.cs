using Keyward.Vault.Audit;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Gate;

/// <summary>An operation as it was asked for: by which alias, and with which grant tokens. It is the same operation;
/// conditions see the alias, and the gate judges the tokens before anything else.</summary>
public sealed class AskedAs<T>(IOperation<T> operation, string? alias, IReadOnlyList<string>? grantTokens)
    : IOperation<T>, IRequestAttributes
{
    Verb IOperation<T>.Verb => operation.Verb;

    Demand IOperation<T>.Demand => operation.Demand;

    IRequestAttributes IOperation<T>.Attributes => this;

    IReadOnlyList<string>? IOperation<T>.GrantTokens => grantTokens;

    void IOperation<T>.Describe(RecordDraft draft)
    {
        operation.Describe(draft);
        if (alias is not null) draft.Parameter("alias", alias);
    }

    ValueTask<Outcome<T>> IOperation<T>.RunAsync(Passage passage) => operation.RunAsync(passage);

    object? IRequestAttributes.Find(string name, Snapshot snapshot) =>
        name == AttributeNames.RequestAlias ? alias : operation.Attributes?.Find(name, snapshot);
}

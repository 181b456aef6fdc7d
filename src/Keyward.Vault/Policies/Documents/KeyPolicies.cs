using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Documents;

/// <summary>A key's policy document. <paramref name="IsDefault"/>: nobody put one.</summary>
public sealed record KeyPolicyText(string Document, bool IsDefault);

public sealed record GetKeyPolicy(KeyName Key) : IOperation<KeyPolicyText>
{
    Verb IOperation<KeyPolicyText>.Verb { get; } = new("get_key_policy", OperationClass.AdminRead);

    Demand IOperation<KeyPolicyText>.Demand => PolicyTarget.Of(Key).ToRead;

    void IOperation<KeyPolicyText>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
    }

    ValueTask<Outcome<KeyPolicyText>> IOperation<KeyPolicyText>.RunAsync(Passage passage)
    {
        if (passage.Snapshot.Find(Key) is not { } entry) return new(KeyRefusals.NotFound(Key));
        return new(entry.Key.Policy.KeyPolicy is { } policy
            ? new KeyPolicyText(policy.Text, false)
            : new KeyPolicyText(
                DefaultKeyPolicy.TextFor(passage.Snapshot.Find(Key.Project)!.Project.Account), true));
    }
}

/// <summary>A key has one policy, of this name.</summary>
public sealed record ListKeyPolicies(KeyName Key) : IOperation<IReadOnlyList<string>>
{
    public const string OnlyName = "default";

    Verb IOperation<IReadOnlyList<string>>.Verb { get; } = new("list_key_policies", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<string>>.Demand => Demand.On(Permission.CryptoKeysListPolicies, Key);

    void IOperation<IReadOnlyList<string>>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
    }

    ValueTask<Outcome<IReadOnlyList<string>>> IOperation<IReadOnlyList<string>>.RunAsync(Passage passage) =>
        new(passage.Snapshot.Find(Key) is null ? KeyRefusals.NotFound(Key) : (string[])[OnlyName]);
}

/// <summary>Replaces a key's policy document. It is the same right as to set its bindings, at every door.</summary>
public sealed record PutKeyPolicy(KeyName Key, string Document, bool BypassesLockoutCheck)
    : IOperation<KeyPolicyText>, IRequestAttributes
{
    Verb IOperation<KeyPolicyText>.Verb { get; } = new("set_key_policy", OperationClass.AdminWrite);

    Demand IOperation<KeyPolicyText>.Demand => PolicyTarget.Of(Key).ToWrite;

    IRequestAttributes IOperation<KeyPolicyText>.Attributes => this;

    void IOperation<KeyPolicyText>.Describe(RecordDraft draft)
    {
        draft.Resource = Key.ToString();
        draft.Project = Key.Project.Value;
        if (BypassesLockoutCheck) draft.Parameter("bypasses_lockout_check", "true");
    }

    object? IRequestAttributes.Find(string name, Snapshot snapshot) =>
        name == AttributeNames.BypassesLockoutCheck ? BypassesLockoutCheck : null;

    async ValueTask<Outcome<KeyPolicyText>> IOperation<KeyPolicyText>.RunAsync(Passage passage)
    {
        var put = await passage.ChangeAsync(PolicyTarget.Of(Key).ToWrite, draft => draft.Snapshot.Find(Key) is null
            ? KeyRefusals.NotFound(Key)
            : PuttingDocument.Put(draft, passage, Key, Document, BypassesLockoutCheck)).ConfigureAwait(false);
        return put.TryGet(out var text, out var refusal) ? new KeyPolicyText(text, false) : refusal;
    }
}

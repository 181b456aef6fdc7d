using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Documents;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>Puts a policy on a service account, replaces it, or takes it away. Whoever puts one must hold in the
/// account's project every right that it allows, whatever its conditions.</summary>
/// <param name="Document">Null takes the policy away.</param>
public sealed record PutIdentityPolicy(string Email, string Name, string? Document)
    : IOperation<IReadOnlyList<string>>
{
    private const int MaximumNameLength = 128;

    Verb IOperation<IReadOnlyList<string>>.Verb { get; } = new(
        Document is null ? "delete_identity_policy" : "set_identity_policy", OperationClass.AdminWrite);

    Demand IOperation<IReadOnlyList<string>>.Demand => AccountDemand.On(Permission.PrincipalsSetPolicy, Email);

    void IOperation<IReadOnlyList<string>>.Describe(RecordDraft draft)
    {
        draft.Resource = AccountDemand.NameOf(Email);
        draft.Parameter("policy", Name);
    }

    ValueTask<Outcome<IReadOnlyList<string>>> IOperation<IReadOnlyList<string>>.RunAsync(Passage passage) =>
        IsName(Name)
            ? passage.ChangeAsync(
                ((IOperation<IReadOnlyList<string>>)this).Demand, draft => Change(draft, passage.Caller))
            : new(new Refusal(RefusalReason.InvalidArgument,
                "A policy's name has 1 to 128 letters, digits and characters of +=,.@_-"));

    private Outcome<IReadOnlyList<string>> Change(ChangeDraft draft, Caller caller)
    {
        if (!draft.Snapshot.Accounts.TryGetValue(Email, out var account)) return AccountRefusals.NotFound(Email);
        var old = account.Policies;
        if (Document is null && !old.Documents.ContainsKey(Name)) return NoSuch(Email, Name);
        if (Document is { } text)
        {
            if (!PuttingDocument.Compile(draft.Snapshot, text, DocumentKind.Identity)
                .TryGet(out var document, out var refusal)) return refusal;
            var conferred = PuttingDocument.Conferred(document.Statements, []);
            if (MaximumRole.Exceeds(draft.Snapshot, caller, PolicyTarget.Of(account.Project), conferred, draft.Now)
                is { } exceeds) return exceeds;
        }
        else if (account.Email == caller.Email)
        {
            // Otherwise who is denied something by a policy on himself would take it off.
            return new Refusal(RefusalReason.PermissionDenied, "Nobody takes a policy off himself.", Email);
        }

        var policies = old.With(Name, Document);
        if (policies.Documents.Count > IdentityPolicies.MaximumPolicies)
            return new Refusal(RefusalReason.QuotaExceeded,
                $"A principal has at most {IdentityPolicies.MaximumPolicies} policies.", Email);
        draft.Put(account with { Policies = policies });
        PuttingDocument.Record(draft.Record, "policy", old.Documents.GetValueOrDefault(Name), Document);
        return policies.Documents.Keys.ToArray();
    }

    internal static Refusal NoSuch(string email, string name) => new(RefusalReason.NotFound,
        $"{email} has no policy {name}.", AccountDemand.NameOf(email));

    private static bool IsName(string name) => name.Length is > 0 and <= MaximumNameLength
        && name.All(c => char.IsAsciiLetterOrDigit(c) || "+=,.@_-".Contains(c, StringComparison.Ordinal));
}

public sealed record ListIdentityPolicies(string Email) : IOperation<IReadOnlyList<string>>
{
    Verb IOperation<IReadOnlyList<string>>.Verb { get; } = new("list_identity_policies", OperationClass.AdminRead);

    Demand IOperation<IReadOnlyList<string>>.Demand => AccountDemand.On(Permission.PrincipalsGetPolicy, Email);

    void IOperation<IReadOnlyList<string>>.Describe(RecordDraft draft) =>
        draft.Resource = AccountDemand.NameOf(Email);

    ValueTask<Outcome<IReadOnlyList<string>>> IOperation<IReadOnlyList<string>>.RunAsync(Passage passage) =>
        new(passage.Snapshot.Accounts.TryGetValue(Email, out var account)
            ? account.Policies.Documents.Keys.ToArray()
            : AccountRefusals.NotFound(Email));
}

public sealed record GetIdentityPolicy(string Email, string Name) : IOperation<string>
{
    Verb IOperation<string>.Verb { get; } = new("get_identity_policy", OperationClass.AdminRead);

    Demand IOperation<string>.Demand => AccountDemand.On(Permission.PrincipalsGetPolicy, Email);

    void IOperation<string>.Describe(RecordDraft draft) => draft.Resource = AccountDemand.NameOf(Email);

    ValueTask<Outcome<string>> IOperation<string>.RunAsync(Passage passage)
    {
        if (!passage.Snapshot.Accounts.TryGetValue(Email, out var account)) return new(AccountRefusals.NotFound(Email));
        return new(account.Policies.Documents.TryGetValue(Name, out var document)
            ? document
            : PutIdentityPolicy.NoSuch(Email, Name));
    }
}

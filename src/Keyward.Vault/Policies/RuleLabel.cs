namespace Keyward.Vault.Policies;

/// <summary>Where a statement comes from, for records and explanations: the place in the tree (<c>key</c>,
/// <c>project</c>, …), the kind of document there (<c>bindings</c>, <c>deny</c>, …), and the rule in it: a role, a
/// statement's id, a deny rule's name.</summary>
internal readonly record struct RuleLabel(string At, string Document, string Rule)
{
    public const string Bindings = "bindings";
    public const string Deny = "deny";
    public const string KeyPolicy = "key_policy";
    public const string IdentityPolicy = "identity_policy";
    public const string SessionPolicy = "session_policy";
    public const string Grant = "grant";
}

namespace Keyward.Vault.Policies;

/// <summary>A resource's own policy, without what it inherits.</summary>
/// <param name="Revision">Counts the changes of this policy; 0 before the first.</param>
public sealed record PolicyView(Policy Policy, IReadOnlyList<DenyRule> Deny, byte[] Etag, long Revision)
{
    internal static PolicyView Of(PolicyState state) => new(state.Policy, state.Deny.Rules, state.Etag, state.Revision);
}

namespace Keyward.Vault.Policies.Questions;

/// <summary>One rule that was looked at, and how it bears on the question.</summary>
/// <param name="At">The place in the tree: <c>deployment</c>, <c>project</c>, <c>key_ring</c>, <c>key</c>, …</param>
/// <param name="Document">The kind of document there: <c>bindings</c>, <c>deny</c>, <c>key_policy</c>, …</param>
/// <param name="Bearing">Such as <c>applies</c> or <c>condition_does_not_hold</c>.</param>
/// <param name="Why">What failed in the condition.</param>
public sealed record Finding(
    string At, string Document, string Rule, bool IsDeny, string Bearing, IReadOnlyList<string> Principals,
    string? Condition, string? Why);

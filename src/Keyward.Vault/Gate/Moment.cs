namespace Keyward.Vault.Gate;

/// <summary>When a caller is judged: by the vault's clock, and by the world's, in which its proofs were made. They
/// differ on a development server only, whose clock can be moved: its callers' clocks stay where they are.</summary>
internal readonly record struct Moment(DateTimeOffset Now, DateTimeOffset World);

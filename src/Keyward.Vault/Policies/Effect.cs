namespace Keyward.Vault.Policies;

internal enum Effect
{
    Unspecified = 0,
    Allow = 1,
    Deny = 2,
}

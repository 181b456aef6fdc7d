namespace Keyward.Vault.Names;

/// <summary>The rule for the ids that callers choose for key rings, keys and import jobs:
/// <c>[a-zA-Z0-9_-]{1,63}</c> (Google Cloud KMS, CreateKeyRing and CreateCryptoKey).</summary>
public static class ResourceId
{
    public const int MaximumLength = 63;

    public static bool IsValid(string text)
    {
        if (text.Length is 0 or > MaximumLength) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_' && c != '-') return false;
        return true;
    }
}

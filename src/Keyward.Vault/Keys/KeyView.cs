namespace Keyward.Vault.Keys;

/// <summary>A key with its primary version, as of one moment.</summary>
public sealed record KeyView(Key Key, KeyVersion? Primary)
{
    internal static KeyView Of(Storage.KeyEntry entry)
    {
        var open = entry.Peek();
        return new KeyView(open.Key, open.Primary);
    }
}

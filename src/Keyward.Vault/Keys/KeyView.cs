namespace Keyward.Vault.Keys;

/// <summary>A key with its primary version, as of one moment.</summary>
public sealed record KeyView(Key Key, KeyVersion? Primary)
{
    internal static KeyView Of(Storage.KeyEntry entry) => Of(entry.Peek());

    private static KeyView Of(Storage.OpenKey key) => new(key.Key, key.Primary);
}

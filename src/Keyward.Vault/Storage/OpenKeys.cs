namespace Keyward.Vault.Storage;

/// <summary>Which keys lie open: those that were opened last, whoever they belong to. One that is closed while somebody
/// uses it stays whole for them, and the next use opens it again. Safe for concurrent use.</summary>
internal static class OpenKeys
{
    /// <summary>Some 20 MB.</summary>
    public const int Capacity = 8_192;

    private static readonly KeyEntry?[] Entries = new KeyEntry?[Capacity];
    private static int _next;

    /// <summary>This one was opened; the one that was opened longest ago is closed for it.</summary>
    public static void Note(KeyEntry entry)
    {
        var at = (int)(unchecked((uint)Interlocked.Increment(ref _next)) % Capacity);
        Interlocked.Exchange(ref Entries[at], entry)?.Close();
    }
}

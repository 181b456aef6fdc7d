namespace Keyward.Vault.Storage;

/// <summary>Which keys lie open: those that were opened last, whoever they belong to. One that is closed while somebody
/// uses it stays whole for them, and the next use opens it again. Held weakly: what a change has put another entry in
/// the place of goes with its snapshot. Safe for concurrent use.</summary>
internal static class OpenKeys
{
    /// <summary>Some 20 MB.</summary>
    public const int Capacity = 8_192;

    private static readonly WeakReference<KeyEntry?>[] Entries =
        [.. Enumerable.Range(0, Capacity).Select(_ => new WeakReference<KeyEntry?>(null))];

    private static int _next;

    /// <summary>This one was opened; the one that was opened longest ago is closed for it.</summary>
    public static void Note(KeyEntry entry)
    {
        var slot = Entries[unchecked((uint)Interlocked.Increment(ref _next)) % Capacity];
        lock (slot)
        {
            if (slot.TryGetTarget(out var oldest)) oldest.Close();
            slot.SetTarget(entry);
        }
    }
}

namespace Keyward.Doors.Aws.Signature;

/// <summary>What was made of texts that come again and again, such as a client's credential scope: one slot for each
/// hash, so that a stranger's texts take room from others' and never more of it. Safe for concurrent use.</summary>
internal sealed class RecentTexts<T>
    where T : class
{
    private const int Slots = 256;
    private const int MaximumLength = 512;

    private readonly Entry?[] _entries = new Entry?[Slots];

    /// <summary>What was made of the text before, or is now; null is not kept.</summary>
    public T? Of(ReadOnlySpan<char> text, Func<string, T?> make)
    {
        ref var slot = ref _entries[unchecked((uint)string.GetHashCode(text)) % Slots];
        if (Volatile.Read(ref slot) is { } known && text.SequenceEqual(known.Text)) return known.Value;
        var entry = new string(text);
        if (make(entry) is not { } made) return null;
        if (entry.Length <= MaximumLength) Volatile.Write(ref slot, new Entry(entry, made));
        return made;
    }

    private sealed record Entry(string Text, T Value);
}

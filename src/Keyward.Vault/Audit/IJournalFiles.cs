namespace Keyward.Vault.Audit;

/// <summary>The file operations of the journal, few enough that each can be made to fail in a test. Failures are
/// <see cref="IOException"/>.</summary>
internal interface IJournalFiles
{
    /// <summary>Names of the segments, in order.</summary>
    IReadOnlyList<string> List();

    byte[] Read(string name, long offset, int length);

    /// <summary>Reads as much as there is and fits; gives how much.</summary>
    int ReadInto(string name, long offset, Span<byte> destination);

    long LengthOf(string name);

    /// <summary>Makes a durable segment with its first bytes. What it has behind them counts for nothing: it may be
    /// one that was given back, of which the blocks are used again.</summary>
    IJournalFile Create(string name, ReadOnlySpan<byte> header);

    /// <param name="end">Where writing goes on; what the file has behind it counts for nothing.</param>
    IJournalFile Open(string name, long end);

    /// <summary>Gives back a segment that is no longer needed. Nobody may trust a reading of it from now on.</summary>
    void Retire(string name);

    /// <summary>Removes what was given back and is not used again yet.</summary>
    void RemoveRetired();

    long FreeBytes { get; }
}

/// <summary>A segment that is written. The file may be longer: blocks that it has already make flushes
/// faster.</summary>
internal interface IJournalFile : IDisposable
{
    /// <summary>The end of what was appended.</summary>
    long Length { get; }

    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Returns when all that was appended is on the disk.</summary>
    void Flush();

    /// <summary>Cuts off all behind a length; durable when it returns.</summary>
    void Truncate(long length);
}

using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit;

/// <summary>Where a durable record stands: its log's origin and its index there. Handed out only once the record is on
/// disk.</summary>
internal readonly record struct Receipt(string Origin, long Index);

/// <summary>What the audit log promises: when <see cref="AppendAsync"/> completes, the entry is durable; when it throws
/// <see cref="AuditUnwritableException"/>, the entry is not acknowledged and the caller must refuse.</summary>
internal interface IAuditLog
{
    string Origin { get; }

    /// <summary>False while the log cannot take entries (disk full, failed flush): refuse before doing
    /// anything.</summary>
    bool IsWritable { get; }

    /// <summary>One plain sentence on why not, for operators; null while writable.</summary>
    string? WhyNot { get; }

    /// <summary>Entries durable so far.</summary>
    long Size { get; }

    /// <summary>Appends one entry (at most <see cref="MaximumEntrySizeBytes"/>) and completes once it is flushed. The
    /// bytes are copied before the call returns.</summary>
    /// <param name="isBrief">What the caller does next is short and waits for nothing while it holds its thread: others
    /// wait for it.</param>
    ValueTask<Receipt> AppendAsync(ReadOnlySpan<byte> entry, bool isBrief = false);

    /// <summary>Reads durable entries from an index on, in order; each call yields at most what was durable when it was
    /// made.</summary>
    /// <param name="place">Of a reader that comes back again and again: with a buffer of its own, in which an entry is
    /// good until the next one is asked for.</param>
    IAsyncEnumerable<(long Index, ReadOnlyMemory<byte> Entry)> ReadAsync(
        long fromIndex, CancellationToken cancellation, JournalPlace? place = null);

    /// <summary>The first entry that is still here; what was before was pruned.</summary>
    long FirstIndex { get; }

    /// <summary>What is from this index on was not yet delivered to every sink.</summary>
    long LowestNeeded { get; }

    /// <summary>The tree behind the log, where it can be proven; null while its key is sealed.</summary>
    AuditTree? Tree { get; }

    /// <summary>The log's files, for proofs; null while its key is sealed.</summary>
    ITreeSource? Source { get; }

    /// <summary>What is made of its records; null where there is nothing yet.</summary>
    FollowedLog? Followed { get; }

    /// <summary>A record is cut to this before it is appended (a tlog-tiles bundle entry holds at most
    /// 65,535).</summary>
    public const int MaximumEntrySizeBytes = 16 * 1024;
}

/// <summary>The record could not be made durable; nothing may be answered but a refusal.</summary>
internal sealed class AuditUnwritableException(string sentence, Exception? cause = null) : Exception(sentence, cause);

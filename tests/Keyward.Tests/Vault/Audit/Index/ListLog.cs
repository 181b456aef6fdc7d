using System.Runtime.CompilerServices;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Index;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Vault.Audit.Index;

/// <summary>A log in memory, of whatever records a test wants.</summary>
internal sealed class ListLog : IAuditLog
{
    public List<byte[]> Entries { get; } = [];

    public string Origin { get; init; } = "keyward/test/node";

    public bool IsWritable => true;

    public string? WhyNot => null;

    public long Size => Entries.Count;

    public long FirstIndex { get; set; }

    public long LowestNeeded => long.MaxValue;

    public AuditTree? Tree => null;

    public ITreeSource? Source => null;

    public FollowedLog? Followed { get; set; }

    public ValueTask<Receipt> AppendAsync(ReadOnlySpan<byte> entry, bool isBrief = false)
    {
        Entries.Add(entry.ToArray());
        return new(new Receipt(Origin, Entries.Count - 1));
    }

    public async IAsyncEnumerable<(long Index, ReadOnlyMemory<byte> Entry)> ReadAsync(
        long fromIndex, [EnumeratorCancellation] CancellationToken cancellation, JournalPlace? place = null)
    {
        await ValueTask.CompletedTask;
        var end = Entries.Count;
        for (var i = (int)Math.Max(fromIndex, FirstIndex); i < end; i++) yield return (i, Entries[i]);
    }
}

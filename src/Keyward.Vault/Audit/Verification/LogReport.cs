namespace Keyward.Vault.Audit.Verification;

/// <summary>One thing that is wrong, and where: the file, and the index of the record if there is one.</summary>
public sealed record LogFault(string Path, long? Index, string Sentence);

/// <summary>What a check of one log found. It holds if there is no fault.</summary>
public sealed record LogReport
{
    public required string Origin { get; init; }

    /// <summary>What the checkpoint says, whether or not it counts; null where there is none.</summary>
    public long? Size { get; init; }

    public byte[]? Root { get; init; }

    public DateTimeOffset? FirstTime { get; init; }

    public DateTimeOffset? LastTime { get; init; }

    /// <summary>Records that are durable and not yet covered by the checkpoint.</summary>
    public long Uncovered { get; init; }

    /// <summary>When the first and the last of those were logged.</summary>
    public (DateTimeOffset First, DateTimeOffset Last)? UncoveredTimes { get; init; }

    /// <summary>Of a folder without a journal: files of records up to this index lie in it that its checkpoint does not
    /// cover. It was copied while the log grew, or the checkpoint is an older one. 0 where there are none.</summary>
    public long Beyond { get; init; }

    /// <summary>Records below this index were pruned; their hashes are still part of the root.</summary>
    public long MinimumIndex { get; init; }

    /// <summary>Of an archive: records from here on stand in the log. Null for a log.</summary>
    public long? ArchivedTo { get; init; }

    /// <summary>Witnesses whose cosignature on the checkpoint holds.</summary>
    public IReadOnlyList<string> Witnesses { get; init; } = [];

    public required IReadOnlyList<LogFault> Faults { get; init; }

    public bool Holds => Faults.Count == 0;
}

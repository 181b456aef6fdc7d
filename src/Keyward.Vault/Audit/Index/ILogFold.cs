namespace Keyward.Vault.Audit.Index;

/// <summary>Something that is made of a log's records, each once and in order, and can be made again of them: an index,
/// a summary, a judgement. Belongs to the follower, who alone calls it.</summary>
internal interface ILogFold
{
    /// <summary>The record that it wants next; what is before is in it.</summary>
    long Next { get; }

    /// <summary>The record of index <see cref="Next"/>.</summary>
    void Add(RecordFacts facts);

    /// <summary>Called when nothing waits, after each round and at a stop: the time to write down what is worth
    /// it.</summary>
    void Settle(bool isLast);
}

namespace Keyward.Delivery.Sinks;

/// <summary>Where records are delivered to. One caller at a time.</summary>
internal interface ISink : IDisposable
{
    /// <summary>How many records a batch has at the most: what the other side takes at once, or what is worth one flush
    /// of it.</summary>
    int MaximumRecords => 500;

    /// <summary>A batch ends with the record that brings it here.</summary>
    int MaximumSizeBytes => 1024 * 1024;

    /// <summary>Returns once the other side has confirmed every record of the batch, as far as its protocol can say
    /// so; else throws a <see cref="DeliveryException"/>, and the same batch comes again: what was taken already comes
    /// twice, with the same log, index and id.</summary>
    ValueTask SendAsync(DeliveryBatch batch, CancellationToken cancellation);
}

/// <summary>The other side did not confirm.</summary>
/// <param name="after">How long it asks us to wait.</param>
internal sealed class DeliveryException(string sentence, TimeSpan? after = null, Exception? cause = null)
    : Exception(sentence, cause)
{
    public TimeSpan? After { get; } = after;
}

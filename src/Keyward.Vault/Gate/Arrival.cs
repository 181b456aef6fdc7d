using Keyward.Vault.Audit;

namespace Keyward.Vault.Gate;

/// <summary>Where a request came from, as its connection says it.</summary>
/// <param name="Agent">The user agent, cut at 256 characters.</param>
/// <param name="Tls">The protocol version, such as <c>1.3</c>.</param>
public sealed record Source(string Ip, int Port, string? Agent, string? Tls);

/// <summary>One request from its arrival to its record. Made by <see cref="Gate.Receive"/>; the door names the vendor's
/// method as soon as it knows it. Belongs to one request, not shared.</summary>
public sealed class Arrival
{
    internal Arrival(Door door, Source source, string? traceId, UInt128 requestId, UInt128 nonce,
        DateTimeOffset received,
        long receivedTicks)
    {
        Door = door;
        Source = source;
        TraceId = traceId;
        Id = requestId;
        Nonce = nonce;
        Received = received;
        ReceivedTicks = receivedTicks;
    }

    public Door Door { get; }

    public Source Source { get; }

    public string? TraceId { get; }

    /// <summary>The vendor's own method name, such as <c>Encrypt</c>.</summary>
    public string Method { get; set; } = "";

    /// <summary>The request's id in records, answers and logs.</summary>
    public string RequestId => Hex128.Show(Id);

    /// <summary>The same as a UUID.</summary>
    public Guid RequestUuid => Hex128.ToUuid(Id);

    /// <summary>Why, in the caller's words (x-goog-request-reason); for the record and for revisions.</summary>
    public string? Reason { get; set; }

    /// <summary>The caller's own name for a call that is carried out once, however often it is sent.</summary>
    public string? IdempotencyKey { get; set; }

    /// <summary>Of a job that the leader runs: the term in which it began.</summary>
    internal long? LeaderTerm { get; set; }

    public DateTimeOffset Received { get; }

    /// <summary>Digest of the token that was shown, for the record; set by the gate.</summary>
    internal string? TokenDigest { get; set; }

    internal UInt128 Id { get; }

    internal UInt128 Nonce { get; }

    internal long ReceivedTicks { get; }

    /// <summary>False only where a measurement leaves receipts out.</summary>
    public bool GivesReceipt { get; init; } = true;

    /// <summary>Where the record stands once the request was answered.</summary>
    internal Audit.Receipt Receipt { get; set; }

    /// <summary>Log origin and index of the record, once there is one.</summary>
    public string? ReceiptText => Receipt.Origin is null ? null : $"{Receipt.Origin}#{Receipt.Index}";
}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Keyward.Cli;
using Keyward.Delivery.Sinks;

namespace Keyward.Delivery;

/// <summary>What a filtered sink did not get, from an index of the log up to another. It goes into the stream as a
/// record of its own, a minute after something was left out at the latest, so that the log's indexes add up: what did
/// not come is in the count of the range that it lies in. Belongs to one courier.</summary>
internal sealed class LeftOut(string sink, SinkFilter filter, string log, long from, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private long? _told;
    private long _count;
    private long _sent;

    /// <summary>What is below was told.</summary>
    public long From { get; private set; } = from;

    /// <summary>Whether it is time to tell, with what is being left out now.</summary>
    public bool WouldBeDue(int more) => _count + more > 0
        && (_told is not { } told || time.GetElapsedTime(told) >= Interval);

    public void Add(long leftOut, long sent) => (_count, _sent) = (_count + leftOut, _sent + sent);

    /// <summary>The range up to an index was told.</summary>
    public void Told(long to) => (From, _count, _sent, _told) = (to, 0, 0, time.GetTimestamp());

    /// <summary>The record that tells it. Its id follows from what it says, so that a second one like it is known for
    /// what it is.</summary>
    public DeliveredRecord Tell(long to, long leftOut, long sent, Func<string, string?> accountOf)
    {
        var range = string.Create(CultureInfo.InvariantCulture, $"{log}#{From}-{to} {sink}");
        var json = new JsonObject
        {
            ["v"] = 1,
            ["id"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(range)).AsSpan(0, 16)),
            ["time"] = time.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            ["kind"] = "filter", ["door"] = "system", ["method"] = "", ["operation"] = "left_out",
            ["class"] = "admin_read",
            ["params"] = new JsonObject
            {
                ["sink"] = sink, ["classes"] = string.Join(',', filter.Classes),
                ["projects"] = string.Join(',', filter.Projects), ["from"] = From, ["to"] = to,
                ["left_out"] = _count + leftOut, ["sent"] = _sent + sent,
            },
            ["outcome"] = "ok", ["node"] = log[(log.LastIndexOf('/') + 1)..], ["build"] = ProgramVersion.Number,
        };
        return new DeliveredRecord(new RecordView(
            Encoding.UTF8.GetBytes(json.ToJsonString()), log, to - 1, accountOf));
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Keyward.Delivery;

namespace Keyward.Tests.Delivery.Sinks;

/// <summary>Records to be delivered.</summary>
internal static class Batches
{
    public const string Log = "keyward/0123456789abcdef/node-1";

    public static string Record(long index, string outcome = "ok") => $$"""
        {"v":1,"id":"{{index:x32}}","time":"2026-11-26T00:19:01.894236Z","kind":"operation","door":"aws","method":"Encrypt","operation":"encrypt","class":"data_write","principal":{"type":"service_account","id":"7","name":"app@default","project":"default"},"source":{"ip":"10.1.2.3","port":5},"key":{"name":"projects/default/locations/global/keyRings/r/cryptoKeys/k","project":"default"},"outcome":"{{outcome}}","trace":"0af7651916cd43dd8448eb211c80319c","node":"node-1","build":"0.1.0"}
        """;

    public static DeliveryBatch Of(long first, int count) => new(Log, [.. Enumerable.Range(0, count).Select(i =>
        Delivered(first + i, Record(first + i)))]);

    public static DeliveredRecord Delivered(long index, string record) => new(new RecordView(
        Encoding.UTF8.GetBytes(record), Log, index, _ => "000000000001"));
}

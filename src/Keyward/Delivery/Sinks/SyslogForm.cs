using System.Globalization;
using System.Text;

namespace Keyward.Delivery.Sinks;

/// <summary>Records as RFC 5424 messages, each counted in octets (RFC 5425 §4.3). Facility 13 (log audit); the
/// structured data are those that IANA has registered.</summary>
internal static class SyslogForm
{
    private const int AuditFacility = 13;
    private const int MaximumSequence = int.MaxValue;

    public static byte[] Of(DeliveryBatch batch, string form)
    {
        var bytes = new List<byte>();
        foreach (var record in batch.Records)
        {
            var message = Encoding.UTF8.GetBytes(Message(record, form));
            bytes.AddRange(Encoding.ASCII.GetBytes(message.Length.ToString(CultureInfo.InvariantCulture) + " "));
            bytes.AddRange(message);
        }

        return [.. bytes];
    }

    public static string Message(DeliveredRecord record, string form)
    {
        var view = record.View;
        var severity = view.Outcome switch
        {
            "ok" => 6,
            "denied" or "unauthenticated" => 4,
            "internal" => 3,
            _ => 5,
        };
        // sequenceId counts from 1 to 2^31 - 1 and begins again (RFC 5424 §7.3.1).
        var sequence = (view.Index % MaximumSequence) + 1;
        return string.Create(CultureInfo.InvariantCulture,
            $"<{(AuditFacility * 8) + severity}>1 {view.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} " +
            $"{Word(view.Text("node"), 255)} keyward - {Word(view.Operation, 32)} " +
            $"[meta sequenceId=\"{sequence}\"][origin software=\"Keyward\" " +
            $"swVersion=\"{Word(view.Text("build"), 32)}\"] {record.In(form)}");
    }

    /// <summary>Printable ASCII without blanks, or the nil value.</summary>
    private static string Word(string? text, int maximumLength)
    {
        var word = string.Concat((text ?? "").Where(c => c is > ' ' and <= '~' and not ('"' or '\\' or ']')));
        return word.Length == 0 ? "-" : word[..Math.Min(word.Length, maximumLength)];
    }
}

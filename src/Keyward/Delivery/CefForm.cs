using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Keyward.Delivery;

/// <summary>ArcSight's Common Event Format, version 0 ("CEF Implementation Standard"): a header of seven fields between
/// bars, and an extension of pairs whose names and lengths its dictionary fixes. It has six free texts (cs) and three
/// free numbers (cn), no more. What is longer than a field may be is cut: the index leads to all of it.</summary>
internal static class CefForm
{
    // The dictionary's lengths, in characters before escaping.
    private const int VersionLength = 31;
    private const int ClassLength = 1_023;
    private const int NameLength = 512;
    private const int CustomLength = 4_000;
    private const int TextLength = 1_023;
    private const int IdLength = 40;
    private const int AppLength = 31;
    private const int OutcomeLength = 63;
    private const int HostLength = 100;
    private const int DeviceIdLength = 255;

    public static string Of(RecordView record)
    {
        var line = new StringBuilder("CEF:0|Keyward|Keyward");
        foreach (var (field, length) in (ReadOnlySpan<(string, int)>)[(record.Text("build") ?? "0", VersionLength),
            (record.Method, ClassLength), (record.Operation, NameLength), (Severity(record), 2)])
            line.Append('|').Append(Header(Cut(field, length)));
        line.Append('|');
        var first = true;
        foreach (var (name, value, length) in Extension(record))
        {
            if (string.IsNullOrEmpty(value)) continue;
            if (!first) line.Append(' ');
            line.Append(name).Append('=').Append(Value(Cut(value, length)));
            first = false;
        }

        return line.ToString();
    }

    private static IEnumerable<(string Name, string? Value, int Length)> Extension(RecordView record) =>
    [
        ("rt", record.Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), TextLength),
        ("externalId", record.Id, IdLength), ("cat", record.Class, TextLength), ("app", record.Door, AppLength),
        ("suid", record.Text("principal", "id"), TextLength), ("suser", record.Principal, TextLength),
        .. Address(record.Text("source", "ip")), ("spt", record.Text("source", "port"), TextLength),
        ("requestClientApplication", record.Text("source", "agent"), TextLength),
        ("outcome", record.Outcome, OutcomeLength), ("reason", record.Text("error", "code"), TextLength),
        ("msg", record.ErrorMessage, TextLength), ("dvchost", record.Text("node"), HostLength),
        ("deviceExternalId", record.Log, DeviceIdLength),
        .. Labelled("cs1", "service", record.Service), .. Labelled("cs2", "key", record.Resource),
        .. Labelled("cs3", "rule", record.Text("auth", "rule")), .. Labelled("cs4", "params", record.Text("params")),
        .. Labelled("cs5", "context", record.Text("context")), .. Labelled("cs6", "change", record.Text("change")),
        .. Labelled("cn1", "index", record.Index.ToString(CultureInfo.InvariantCulture)),
        .. Labelled("cn2", "keyVersion", record.Version),
    ];

    private static (string, string?, int)[] Labelled(string name, string label, string? value) =>
        string.IsNullOrEmpty(value) ? [] : [(name + "Label", label, TextLength), (name, value, CustomLength)];

    /// <summary>In version 0 <c>src</c> is an IPv4 address; IPv6 has fields of its own.</summary>
    private static (string, string?, int)[] Address(string? text) =>
        IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6
            ? [("c6a2Label", "Source IPv6 Address", TextLength), ("c6a2", text, TextLength)]
            : [("src", text, TextLength)];

    private static string Severity(RecordView record) => record.Outcome switch
    {
        "ok" => record.Class == "admin_write" ? "4" : "2",
        "denied" or "unauthenticated" => "7",
        "internal" => "8",
        _ => "5",
    };

    /// <summary>In the header backslash and bar are escaped and line breaks not allowed.</summary>
    private static string Header(string text) => Plain(text.Replace('\n', ' ').Replace('\r', ' '))
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>In the extension backslash, equals sign and line breaks are escaped.</summary>
    private static string Value(string text) => Plain(text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("=", "\\=", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal));

    /// <summary>What a terminal obeys or a reader takes for the end of a line is no part of a text.</summary>
    private static string Plain(string text) => text.Any(IsUnfit)
        ? string.Concat(text.Select(c => IsUnfit(c) ? ' ' : c))
        : text;

    private static bool IsUnfit(char character) => char.IsControl(character) || character is '\u2028' or '\u2029';

    private static string Cut(string text, int length) => text.Length <= length ? text
        : text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
}

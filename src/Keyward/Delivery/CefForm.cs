using System.Globalization;
using System.Text;

namespace Keyward.Delivery;

/// <summary>ArcSight's Common Event Format, version 0: a header of seven fields between bars, and an extension of
/// pairs. It has six free texts (cs) and three free numbers (cn), no more.</summary>
internal static class CefForm
{
    public static string Of(RecordView record)
    {
        var line = new StringBuilder("CEF:0");
        foreach (var field in (string[])["Keyward", "Keyward", record.Text("build") ?? "0", record.Method,
            record.Operation, Severity(record)])
            line.Append('|').Append(Header(field));
        line.Append('|');
        var first = true;
        foreach (var (name, value) in Extension(record))
        {
            if (string.IsNullOrEmpty(value)) continue;
            if (!first) line.Append(' ');
            line.Append(name).Append('=').Append(Value(value));
            first = false;
        }

        return line.ToString();
    }

    private static IEnumerable<(string Name, string? Value)> Extension(RecordView record) =>
    [
        ("rt", record.Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)),
        ("externalId", record.Id), ("cat", record.Class), ("app", record.Door),
        ("suid", record.Text("principal", "id")), ("suser", record.Principal),
        ("src", record.Text("source", "ip")), ("spt", record.Text("source", "port")),
        ("requestClientApplication", record.Text("source", "agent")),
        ("outcome", record.Outcome), ("reason", record.Text("error", "code")), ("msg", record.ErrorMessage),
        ("dvchost", record.Text("node")), ("deviceExternalId", record.Log),
        ("cs1Label", "service"), ("cs1", record.Service),
        .. Labelled("cs2", "key", record.Resource), .. Labelled("cs3", "rule", record.Text("auth", "rule")),
        .. Labelled("cs4", "params", record.Text("params")), .. Labelled("cs5", "context", record.Text("context")),
        .. Labelled("cs6", "change", record.Text("change")),
        ("cn1Label", "index"), ("cn1", record.Index.ToString(CultureInfo.InvariantCulture)),
        .. Labelled("cn2", "keyVersion", record.Version),
    ];

    private static (string, string?)[] Labelled(string name, string label, string? value) =>
        value is null ? [] : [(name + "Label", label), (name, value)];

    private static string Severity(RecordView record) => record.Outcome switch
    {
        "ok" => record.Class == "admin_write" ? "4" : "2",
        "denied" or "unauthenticated" => "7",
        "internal" => "8",
        _ => "5",
    };

    /// <summary>In the header backslash and bar are escaped and line breaks not allowed.</summary>
    private static string Header(string text) => Plain(text)
        .Replace("\\", "\\\\", StringComparison.Ordinal).Replace("|", "\\|", StringComparison.Ordinal);

    /// <summary>In the extension backslash, equals sign and line breaks are escaped.</summary>
    private static string Value(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("=", "\\=", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Plain(string text) => text.Replace('\n', ' ').Replace('\r', ' ');
}

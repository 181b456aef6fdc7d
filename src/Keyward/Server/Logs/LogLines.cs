using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Keyward.Vault.Traces;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Keyward.Server.Logs;

/// <summary>How log lines look.</summary>
internal sealed class LogLineOptions : ConsoleFormatterOptions
{
    public bool IsJson { get; set; }

    /// <summary>Where systemd reads the lines, they carry its priority and no time: it has its own.</summary>
    public bool IsJournal { get; set; }

    public string Node { get; set; } = "";
}

/// <summary>One event, one line: as JSON with a name for each value, or as text. Both carry the ids by which the
/// request is found in the audit log and in traces.</summary>
internal sealed class LogLines(IOptionsMonitor<LogLineOptions> options, TimeProvider time)
    : ConsoleFormatter(FormatterName)
{
    private const string TimeForm = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    public const string FormatterName = "keyward";

    private static readonly JsonWriterOptions Writing = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public override void Write<TState>(
        in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var form = options.CurrentValue;
        if (form.IsJournal) textWriter.Write($"<{PriorityOf(logEntry.LogLevel)}>");
        var values = logEntry.State as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
        textWriter.WriteLine(form.IsJson
            ? Json(form, logEntry.LogLevel, logEntry.Category, logEntry.EventId, message, values, logEntry.Exception)
            : Text(form, logEntry.LogLevel, logEntry.Category, logEntry.EventId, message, logEntry.Exception));
    }

    private string Json(LogLineOptions form, LogLevel level, string category, EventId id, string message,
        IReadOnlyList<KeyValuePair<string, object?>> values, Exception? failure)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Writing))
        {
            json.WriteStartObject();
            json.WriteString("time", Now());
            json.WriteString("level", NameOf(level));
            json.WriteString("message", message);
            if (id.Name is { } name) json.WriteString("event", name);
            if (id.Id != 0) json.WriteNumber("eventId", id.Id);
            json.WriteString("category", category);
            if (form.Node.Length > 0) json.WriteString("node", form.Node);
            var hasTrace = false;
            foreach (var (field, value) in values)
            {
                if (field == "{OriginalFormat}" || value is null) continue;
                hasTrace |= field == "TraceId";
                json.WritePropertyName(JsonNamingPolicy.CamelCase.ConvertName(field));
                WriteValue(json, value);
            }

            if (!hasTrace && RequestTrace.Current is { } trace)
                json.WriteString("traceId", trace.TraceId.ToHexString());
            if (failure is not null) json.WriteString("exception", failure.ToString());
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>A number stays one, and a time is one for machines: what reads the lines sorts by them.</summary>
    private static void WriteValue(Utf8JsonWriter json, object value)
    {
        switch (value)
        {
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case int or long or uint or short or byte:
                json.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case double number when double.IsFinite(number):
                json.WriteNumberValue(number);
                break;
            case DateTimeOffset time:
                json.WriteStringValue(time.UtcDateTime.ToString(TimeForm, CultureInfo.InvariantCulture));
                break;
            default:
                json.WriteStringValue(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private string Text(LogLineOptions form, LogLevel level, string category, EventId id, string message,
        Exception? failure)
    {
        var text = new StringBuilder();
        if (!form.IsJournal) text.Append(Now()).Append(' ');
        text.Append(NameOf(level).PadRight(5)).Append(' ').Append(OneLine(message));
        if (id.Id != 0) text.Append(CultureInfo.InvariantCulture, $" [{id.Id}]");
        if (RequestTrace.Current is { } trace) text.Append(" trace=").Append(trace.TraceId.ToHexString());
        if (failure is not null)
            text.Append(" (").Append(category).Append(") ").Append(OneLine(failure.ToString()));
        return text.ToString();
    }

    private string Now() =>
        time.GetUtcNow().ToString(TimeForm, CultureInfo.InvariantCulture);

    /// <summary>A line is an event: nobody can begin another one by what they send.</summary>
    private static string OneLine(string text) =>
        text.ReplaceLineEndings(" ⏎ ").Replace('\e', ' ');

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error or LogLevel.Critical => "error",
        LogLevel.None => "none",
        _ => throw new ArgumentOutOfRangeException(nameof(level)),
    };

    /// <summary>Of syslog (RFC 5424, 6.2.1).</summary>
    private static int PriorityOf(LogLevel level) => NameOf(level) switch
    {
        "error" => 3,
        "warn" => 4,
        "info" => 6,
        _ => 7,
    };
}

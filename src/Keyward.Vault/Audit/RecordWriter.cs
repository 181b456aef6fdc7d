using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Keyward.Vault.Gate;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit;

/// <summary>Where a change stands in the store: its sequence number and the HMAC of the state sum after it. Lets a
/// start
/// see a store that is older than its log.</summary>
internal readonly record struct ChangeMark(long Seq, UInt128 StateDigest);

/// <summary>Writes records: one UTF-8 JSON object, members in a fixed order, no insignificant blank, at most
/// <see cref="IAuditLog.MaximumEntrySizeBytes"/>. Texts from outside are cut, control characters escaped. The fields
/// are listed in docs/reference/audit.md.</summary>
#pragma warning disable CA1001 // Lives as long as its thread; the writer holds nothing but memory.
internal sealed class RecordWriter
#pragma warning restore CA1001
{
    /// <summary>A request can name things of any length before they are judged: more than this tells nothing
    /// more.</summary>
    private const int MaximumTextLength = 1_024;

    private const int MaximumListLength = 32;

    /// <summary>What is left of a record that would be too large: then it says that it was cut.</summary>
    private const int ShortTextLength = 128;

    private const int ShortListLength = 4;

    [ThreadStatic]
    private static RecordWriter? _current;

    private readonly ArrayBufferWriter<byte> _buffer = new(2_048);
    private readonly Utf8JsonWriter _json;

    private bool _short;

    private RecordWriter() => _json = new Utf8JsonWriter(_buffer, new JsonWriterOptions
    {
        Encoder = JavaScriptEncoder.Default, SkipValidation = true,
    });

    /// <summary>The record's bytes, valid until the next call on this thread.</summary>
    public static ReadOnlySpan<byte> Write(
        RecordDraft draft, DateTimeOffset now, TimeSpan duration, string node, Refusal? refusal, ChangeMark? change)
    {
        var writer = _current ??= new RecordWriter();
        writer._short = false;
        writer.WriteRecord(draft, now, duration, node, refusal, change);
        if (writer._buffer.WrittenCount <= IAuditLog.MaximumEntrySizeBytes) return writer._buffer.WrittenSpan;
        writer._short = true;
        writer.WriteRecord(draft, now, duration, node, refusal, change);
        return writer._buffer.WrittenSpan;
    }

    private int TextLimit => _short ? ShortTextLength : MaximumTextLength;

    private int ListLimit => _short ? ShortListLength : MaximumListLength;

    private void WriteRecord(
        RecordDraft draft, DateTimeOffset now, TimeSpan duration, string node, Refusal? refusal, ChangeMark? change)
    {
        var arrival = draft.Arrival;
        _buffer.ResetWrittenCount();
        _json.Reset();
        _json.WriteStartObject();
        _json.WriteNumber("v"u8, 1);
        Hex("id"u8, arrival.Id);
        Hex("nonce"u8, arrival.Nonce);
        Time("time"u8, now);
        Time("received"u8, arrival.Received);
        _json.WriteNumber("duration_us"u8, (long)duration.TotalMicroseconds);
        _json.WriteString("kind"u8, arrival.Door == Door.System ? "system"u8 : "operation"u8);
        _json.WriteString("door"u8, arrival.Door.Label());
        Text("method"u8, arrival.Method);
        _json.WriteString("operation"u8, draft.Verb.Name);
        _json.WriteString("class"u8, draft.Verb.ClassLabel);
        WritePrincipal(draft.Caller);
        WriteSource(arrival);
        WriteKey(draft);
        WriteAuthority(draft);
        WriteParameters(draft);
        WriteDigests(draft);
        WriteOutcome(refusal);
        WriteChange(draft, change);
        if (arrival.TraceId is { } trace) Text("trace"u8, trace);
        _json.WriteString("node"u8, node);
        _json.WriteString("build"u8, Build);
        if (_short) _json.WriteBoolean("truncated"u8, true);
        _json.WriteEndObject();
        _json.Flush();
    }

    private static readonly string Build = typeof(RecordWriter).Assembly.GetName().Version!.ToString(3);

    private void WritePrincipal(Caller? caller)
    {
        if (caller is null) return;
        _json.WriteStartObject("principal"u8);
        _json.WriteString("type"u8, caller.Type);
        _json.WriteString("id"u8, caller.UniqueId);
        _json.WriteString("name"u8, caller.Email);
        if (caller.Project is { } project) _json.WriteString("project"u8, project.Value);
        if (caller.CredentialId is { } credential) _json.WriteString("credential"u8, credential);
        if (caller.SessionName is { } session) _json.WriteString("session"u8, session);
        if (caller.Via is { } via)
        {
            _json.WriteStartArray("via"u8);
            _json.WriteStringValue(Cut(via.Email));
            _json.WriteEndArray();
        }

        WriteAttributes((caller.Via ?? caller).Attributes);
        _json.WriteEndObject();
    }

    private void WriteAttributes(IReadOnlyDictionary<string, string> attributes)
    {
        if (attributes.Count == 0) return;
        _json.WriteStartObject("attributes"u8);
        foreach (var (name, value) in attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Take(ListLimit))
            _json.WriteString(name, Cut(value));
        _json.WriteEndObject();
    }

    private void WriteSource(Arrival arrival)
    {
        if (arrival.Door == Door.System) return;
        _json.WriteStartObject("source"u8);
        _json.WriteString("ip"u8, arrival.Source.Ip);
        _json.WriteNumber("port"u8, arrival.Source.Port);
        if (arrival.Source.Agent is { } agent) Text("agent"u8, agent.Length > 256 ? agent[..256] : agent);
        if (arrival.Source.Tls is { } tls) _json.WriteString("tls"u8, tls);
        _json.WriteEndObject();
    }

    private void WriteKey(RecordDraft draft)
    {
        if (draft.Resource is null) return;
        _json.WriteStartObject("key"u8);
        Text("name"u8, draft.Resource);
        if (draft.Project is { } project) Text("project"u8, project);
        if (draft.Version is { } version)
        {
            _json.WriteNumber("version"u8, version.Name.Number);
            _json.WriteString("algorithm"u8, Algorithms.AlgorithmTable.Of(version.Algorithm).SealLabel);
            _json.WriteString("protection"u8, "software"u8);
            _json.WriteString("id"u8, version.Material.KeyId);
        }

        _json.WriteEndObject();
    }

    private void WriteAuthority(RecordDraft draft)
    {
        if (draft.Allowed is not { } allowed) return;
        _json.WriteStartObject("auth"u8);
        _json.WriteString("decision"u8, allowed ? "allow"u8 : "deny"u8);
        if (draft.Permission is { } permission) _json.WriteString("permission"u8, permission);
        if (draft.RuleAt is { } at) _json.WriteString("by"u8, at);
        if (draft.Rule is { } rule) _json.WriteString("rule"u8, rule);
        if (draft.Grants is { } grants)
        {
            _json.WriteStartArray("grants"u8);
            foreach (var grant in grants.Take(ListLimit)) _json.WriteStringValue(grant.Id);
            _json.WriteEndArray();
        }

        _json.WriteEndObject();
    }

    private void WriteParameters(RecordDraft draft)
    {
        if (draft is { PlaintextSizeBytes: null, CiphertextSizeBytes: null, ContextSizeBytes: null, Parameters: null })
            return;
        _json.WriteStartObject("params"u8);
        if (draft.PlaintextSizeBytes is { } plaintext) _json.WriteNumber("plaintext_bytes"u8, plaintext);
        if (draft.CiphertextSizeBytes is { } ciphertext) _json.WriteNumber("ciphertext_bytes"u8, ciphertext);
        if (draft.ContextSizeBytes is { } context) _json.WriteNumber("context_bytes"u8, context);
        if (draft.Parameters is { Count: > 0 } all)
        {
            var parameters = all.Take(ListLimit).ToList();
            foreach (var name in parameters.Select(p => p.Item1).Distinct())
                Texts(name, [.. parameters.Where(p => p.Item1 == name).Select(p => p.Item2)]);
        }

        _json.WriteEndObject();
    }

    private void WriteDigests(RecordDraft draft)
    {
        var token = draft.Arrival.TokenDigest;
        var (context, ciphertext) = (draft.ContextDigest, draft.CiphertextDigest);
        if (context == 0 && ciphertext == 0 && draft.Digests is null && token is null) return;
        _json.WriteStartObject("digests"u8);
        if (context != 0) Hex("aad"u8, context);
        if (ciphertext != 0) Hex("ciphertext"u8, ciphertext);
        if (draft.Digests is { } digests)
            foreach (var (label, digest) in digests) _json.WriteString(label, digest);
        if (token is not null) _json.WriteString("token"u8, token);
        _json.WriteEndObject();
    }

    private void WriteOutcome(Refusal? refusal)
    {
        if (refusal is null)
        {
            _json.WriteString("outcome"u8, "ok"u8);
            return;
        }

        _json.WriteString("outcome"u8, Outcomes.LabelOf(refusal.Reason));
        _json.WriteStartObject("error"u8);
        _json.WriteString("code"u8, refusal.Reason.ToString());
        _json.WriteString("message"u8, Cut(refusal.Sentence));
        _json.WriteEndObject();
    }

    private void WriteChange(RecordDraft draft, ChangeMark? change)
    {
        if (draft.Changes is null && change is null) return;
        _json.WriteStartObject("change"u8);
        var changes = draft.Changes is { Count: > 0 } all ? all.Take(ListLimit).ToList() : [];
        foreach (var field in changes.Select(c => c.Item1).Distinct())
        {
            _json.WriteStartObject(field);
            Texts("before", [.. changes.Where(c => c.Item1 == field).Select(c => c.Item2).OfType<string>()]);
            Texts("after", [.. changes.Where(c => c.Item1 == field).Select(c => c.Item3).OfType<string>()]);
            _json.WriteEndObject();
        }

        if (draft.Changes?.Count > ListLimit)
            _json.WriteNumber("left_out"u8, draft.Changes.Count - ListLimit);
        _json.WriteEndObject();
        if (change is not { } mark) return;
        _json.WriteNumber("seq"u8, mark.Seq);
        Hex("state"u8, mark.StateDigest);
    }

    /// <summary>One text, or a list of several: a member's name stands once in an object.</summary>
    private void Texts(string name, IReadOnlyList<string> values)
    {
        if (values.Count == 1) _json.WriteString(name, Cut(values[0]));
        if (values.Count < 2) return;
        _json.WriteStartArray(name);
        foreach (var value in values) _json.WriteStringValue(Cut(value));
        _json.WriteEndArray();
    }

    private void Text(ReadOnlySpan<byte> name, string value) => _json.WriteString(name, Cut(value));

    private string Cut(string value) => value.Length <= TextLimit ? value : value[..TextLimit] + "…";

    private void Hex(ReadOnlySpan<byte> name, UInt128 value)
    {
        Span<char> digits = stackalloc char[Hex128.Length];
        Hex128.Show(value, digits);
        _json.WriteString(name, digits);
    }

    private void Time(ReadOnlySpan<byte> name, DateTimeOffset time)
    {
        // The round-trip format has seven digits of a second, of which the last is cut.
        Span<char> text = stackalloc char[32];
        time.UtcDateTime.TryFormat(text, out var length, "O", CultureInfo.InvariantCulture);
        text[length - 2] = 'Z';
        _json.WriteString(name, text[..(length - 1)]);
    }

    /// <summary>Random bytes for some records: asking for a few costs as much as asking for all.</summary>
    [ThreadStatic]
    private static byte[]? _random;

    [ThreadStatic]
    private static int _randomUsed;

    /// <summary>Two random 128-bit values, for record ids and nonces.</summary>
    public static (UInt128 First, UInt128 Second) RandomIds()
    {
        const int sizeBytes = 32;
        if (_random is not { } random || _randomUsed == random.Length)
        {
            random = _random ??= new byte[32 * sizeBytes];
            RandomNumberGenerator.Fill(random);
            _randomUsed = 0;
        }

        var ids = random.AsSpan(_randomUsed, sizeBytes);
        _randomUsed += sizeBytes;
        return (BinaryPrimitives.ReadUInt128BigEndian(ids), BinaryPrimitives.ReadUInt128BigEndian(ids[16..]));
    }
}

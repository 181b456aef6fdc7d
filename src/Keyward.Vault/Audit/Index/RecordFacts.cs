using System.Text;
using System.Text.Json;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Index;

/// <summary>What those who follow the log want of a record, read in one pass without building an object of it. One
/// instance is filled anew for each record: what is kept of it is copied. A record that is not ours leaves all
/// empty.</summary>
internal sealed class RecordFacts(RecordTexts texts)
{
    private string? _id;
    private int _idOffset;
    private int _idSizeBytes;

    public long Index { get; private set; }

    /// <summary>The record itself; good until the next one is read.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <summary>When it was decided, in microseconds since 1970; 0 where that is not known.</summary>
    public long TimeMicros { get; private set; }

    public DateTimeOffset Time => Micros.Time(TimeMicros);

    /// <summary>Made when it is asked for: no other record has it, and few readers want it.</summary>
    public string? Id => _id ??= _idSizeBytes == 0 ? null
        : Encoding.UTF8.GetString(Bytes.Span.Slice(_idOffset, _idSizeBytes));

    /// <summary>The number by which an index finds the id; null where there is none.</summary>
    public ulong? IdNumber { get; private set; }

    public string? Kind { get; private set; }

    public string? Door { get; private set; }

    public string? Operation { get; private set; }

    public string? Class { get; private set; }

    public string? Outcome { get; private set; }

    public string? Principal { get; private set; }

    public string? PrincipalType { get; private set; }

    public string? PrincipalProject { get; private set; }

    public string? Credential { get; private set; }

    public string? Ip { get; private set; }

    public string? Agent { get; private set; }

    /// <summary>The full name of what was asked for, which is mostly a key.</summary>
    public string? Resource { get; private set; }

    public string? ResourceProject { get; private set; }

    /// <summary>The version that was really used; 0 for none.</summary>
    public int Version { get; private set; }

    public string? Permission { get; private set; }

    /// <summary>The project whose readers may see it.</summary>
    public string? Project => ResourceProject ?? PrincipalProject;

    /// <summary>Those of one record alone.</summary>
    public static RecordFacts Of(ReadOnlyMemory<byte> record)
    {
        var facts = new RecordFacts(new RecordTexts());
        facts.Read(0, record);
        return facts;
    }

    public void Read(long index, ReadOnlyMemory<byte> record)
    {
        Clear();
        (Index, Bytes) = (index, record);
        try
        {
            var reader = new Utf8JsonReader(record.Span);
            if (reader.Read() && reader.TokenType == JsonTokenType.StartObject) ReadMembers(ref reader);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or FormatException)
        {
            // Another program's entry: it has a place in the log and nothing to be found by.
            Clear();
            (Index, Bytes) = (index, record);
        }
    }

    private void Clear()
    {
        (TimeMicros, Version, _idSizeBytes) = (0, 0, 0);
        (_id, IdNumber) = (null, null);
        Kind = Door = Operation = Class = Outcome = Principal = PrincipalType = PrincipalProject = null;
        Credential = Ip = Agent = Resource = ResourceProject = Permission = null;
    }

    private void ReadMembers(ref Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("id"u8)) ReadId(ref reader);
            else if (reader.ValueTextEquals("time"u8)) TimeMicros = MicrosAt(ref reader);
            else if (reader.ValueTextEquals("kind"u8)) Kind = Text(ref reader);
            else if (reader.ValueTextEquals("door"u8)) Door = Text(ref reader);
            else if (reader.ValueTextEquals("operation"u8)) Operation = Text(ref reader);
            else if (reader.ValueTextEquals("class"u8)) Class = Text(ref reader);
            else if (reader.ValueTextEquals("outcome"u8)) Outcome = Text(ref reader);
            else if (reader.ValueTextEquals("principal"u8)) ReadPrincipal(ref reader);
            else if (reader.ValueTextEquals("source"u8)) ReadSource(ref reader);
            else if (reader.ValueTextEquals("key"u8)) ReadKey(ref reader);
            else if (reader.ValueTextEquals("auth"u8)) ReadAuthority(ref reader);
            else Skip(ref reader);
        }
    }

    private void ReadPrincipal(ref Utf8JsonReader reader)
    {
        if (!Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8)) Principal = Text(ref reader);
            else if (reader.ValueTextEquals("type"u8)) PrincipalType = Text(ref reader);
            else if (reader.ValueTextEquals("project"u8)) PrincipalProject = Text(ref reader);
            else if (reader.ValueTextEquals("credential"u8)) Credential = Text(ref reader);
            else Skip(ref reader);
        }
    }

    private void ReadSource(ref Utf8JsonReader reader)
    {
        if (!Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("ip"u8)) Ip = Text(ref reader);
            else if (reader.ValueTextEquals("agent"u8)) Agent = Text(ref reader);
            else Skip(ref reader);
        }
    }

    private void ReadKey(ref Utf8JsonReader reader)
    {
        if (!Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8)) Resource = Text(ref reader);
            else if (reader.ValueTextEquals("project"u8)) ResourceProject = Text(ref reader);
            else if (reader.ValueTextEquals("version"u8))
            {
                reader.Read();
                if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var version)) Version = version;
                else reader.Skip();
            }
            else Skip(ref reader);
        }
    }

    private void ReadAuthority(ref Utf8JsonReader reader)
    {
        if (!Enter(ref reader)) return;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("permission"u8)) Permission = Text(ref reader);
            else Skip(ref reader);
        }
    }

    private static bool Enter(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject) return true;
        reader.Skip();
        return false;
    }

    private static void Skip(ref Utf8JsonReader reader)
    {
        reader.Read();
        reader.Skip();
    }

    private string? Text(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String) return texts.Of(ref reader);
        reader.Skip();
        return null;
    }

    private void ReadId(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
        }
        else if (reader.ValueIsEscaped)
        {
            _id = reader.GetString();
            IdNumber = RecordIds.NumberOf(_id);
        }
        else
        {
            // Behind its quotation mark.
            (_idOffset, _idSizeBytes) = ((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
            IdNumber = RecordIds.NumberOf(reader.ValueSpan);
        }
    }

    private static long MicrosAt(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var time))
            return Micros.Of(time);
        reader.Skip();
        return 0;
    }
}

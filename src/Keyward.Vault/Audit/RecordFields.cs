using System.Text.Json;

namespace Keyward.Vault.Audit;

/// <summary>Reads single fields out of a record's bytes without building an object of it.</summary>
internal static class RecordFields
{
    public static string? IdOf(ReadOnlySpan<byte> record)
    {
        var reader = new Utf8JsonReader(record);
        while (reader.Read())
        {
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName) continue;
            if (reader.ValueTextEquals("id"u8)) return reader.Read() ? reader.GetString() : null;
            reader.Skip();
        }

        return null;
    }

    /// <summary>Its class, such as <c>admin_write</c>; null where it is no record of ours.</summary>
    public static string? ClassOf(ReadOnlySpan<byte> record)
    {
        try
        {
            var reader = new Utf8JsonReader(record);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.ValueTextEquals("class"u8)) return reader.Read() ? reader.GetString() : null;
                reader.Skip();
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }

        return null;
    }

    /// <summary>When it was decided; null where it is no record of ours.</summary>
    public static DateTimeOffset? TimeOf(ReadOnlySpan<byte> record)
    {
        try
        {
            var reader = new Utf8JsonReader(record);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName) continue;
                if (reader.ValueTextEquals("time"u8))
                    return reader.Read() && reader.TryGetDateTimeOffset(out var time) ? time : null;
                reader.Skip();
            }
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            return null;
        }

        return null;
    }

    /// <summary>The place in the store that a record of a change or of a start names.</summary>
    public static (long Seq, string State)? MarkOf(ReadOnlySpan<byte> record)
    {
        var reader = new Utf8JsonReader(record);
        long? seq = null;
        while (reader.Read())
        {
            if (reader.CurrentDepth != 1 || reader.TokenType != JsonTokenType.PropertyName) continue;
            var isSeq = reader.ValueTextEquals("seq"u8);
            var isState = reader.ValueTextEquals("state"u8);
            if (!isSeq && !isState)
            {
                reader.Skip();
                continue;
            }

            reader.Read();
            if (isSeq) seq = reader.GetInt64();
            else return seq is { } found ? (found, reader.GetString() ?? "") : null;
        }

        return null;
    }
}

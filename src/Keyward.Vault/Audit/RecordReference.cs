using System.Globalization;
using Keyward.Vault.Names;

namespace Keyward.Vault.Audit;

/// <summary>How a record is named: by its receipt (<c>ORIGIN#INDEX</c>, from <c>x-keyward-receipt</c>), by its index in
/// a log, or by its id (<c>x-keyward-request-id</c>). Exactly one of index and id is there.</summary>
public sealed record RecordReference(string? Origin, long? Index, string? Id)
{
    private const int IdLength = 32;

    public override string ToString() => Id ?? string.Create(
        CultureInfo.InvariantCulture, $"{Origin}{(Origin is null ? "" : "#")}{Index}");

    public static bool TryParse(string text, out RecordReference reference)
    {
        reference = null!;
        if (text.Length == IdLength && text.All(char.IsAsciiHexDigit))
        {
            reference = new RecordReference(null, null, text.ToLowerInvariant());
            return true;
        }

        var split = text.LastIndexOf('#');
        if (!DecimalNumber.TryParse(text.AsSpan(split + 1), out long index)
            || split == 0) return false;
        reference = new RecordReference(split < 0 ? null : text[..split], index, null);
        return true;
    }
}

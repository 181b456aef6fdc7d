using System.Globalization;
using System.Text.Json;

namespace Keyward.Doors.Aws.Kms;

/// <summary>Times on this wire: seconds since 1970 with three decimals.</summary>
internal static class Times
{
    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is not { } value) return;
        json.WritePropertyName(name);
        json.WriteRawValue((value.ToUnixTimeMilliseconds() / 1_000m).ToString("0.###", CultureInfo.InvariantCulture),
            skipInputValidation: true);
    }
}

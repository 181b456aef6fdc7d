using Keyward.Server.Settings;
using Keyward.Vault.Names;

namespace Keyward.Server.Development;

/// <summary>Durations of seed files and of the development commands: those of settings, and milliseconds.</summary>
internal static class Durations
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (!text.EndsWith("ms", StringComparison.Ordinal)) return SettingTable.TryParseDuration(text, out duration);
        if (!DecimalNumber.TryParse(text.AsSpan(..^2), out int milliseconds))
            return false;
        duration = TimeSpan.FromMilliseconds(milliseconds);
        return true;
    }
}

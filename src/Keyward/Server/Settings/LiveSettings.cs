using Microsoft.Extensions.Logging;

namespace Keyward.Server.Settings;

/// <summary>The settings that the server runs with now. A reload replaces them whole, so a reader sees the old ones or
/// the new ones.</summary>
internal sealed class LiveSettings(ServerSettings settings)
{
    private volatile ServerSettings _current = settings;

    public ServerSettings Current
    {
        get => _current;
        set => _current = value;
    }

    /// <summary>Whether a line of this level is logged; what the platform says below warnings is for debugging
    /// only.</summary>
    public bool IsLogged(string? category, LogLevel level)
    {
        var least = Current.LogLevel switch
        {
            "debug" => LogLevel.Debug,
            "warn" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => LogLevel.Information,
        };
        var isPlatform = category is not null && (category.StartsWith("Microsoft", StringComparison.Ordinal)
            || category.StartsWith("Grpc", StringComparison.Ordinal));
        return level >= (isPlatform && least is LogLevel.Information ? LogLevel.Warning : least);
    }
}

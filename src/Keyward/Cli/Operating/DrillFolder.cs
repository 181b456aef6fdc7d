using Keyward.Delivery.Sinks;
using Keyward.Server.Settings;

namespace Keyward.Cli.Operating;

/// <summary>The data folder of the server that is drilled, and what its settings say of it.</summary>
internal sealed record DrillFolder(string Path, long ReserveBytes, IReadOnlyList<SinkSettings> Sinks)
{
    /// <summary>The operator's certificate; null where the server makes its own.</summary>
    public string? CertificateFile { get; private init; }

    /// <summary>Its key; null where that stands in the same file.</summary>
    public string? KeyFile { get; private init; }

    /// <summary>The embedded store.</summary>
    public string Store => File.Exists(System.IO.Path.Combine(Path, "keyward.db"))
        ? System.IO.Path.Combine(Path, "keyward.db")
        : throw new FailedException($"{Path} has no embedded store.", "This drill is for storage = sqlite.");

    public static DrillFolder Of(ServerSettings settings) =>
        Directory.Exists(System.IO.Path.Combine(settings.Data, "audit"))
        ? new DrillFolder(settings.Data, settings.AuditReserveBytes, settings.AuditSinks)
        {
            CertificateFile = settings.CertificateFile, KeyFile = settings.KeyFile,
        }
        : throw new FailedException($"{settings.Data} is no data folder.", "Name the server's: --data DIR");
}

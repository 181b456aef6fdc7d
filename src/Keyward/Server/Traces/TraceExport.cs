using Keyward.Server.Settings;
using Keyward.Vault.Traces;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Keyward.Server.Traces;

/// <summary>Sends spans by OTLP over HTTP where the setting says to. Without it nobody listens, and no span is
/// made. Which requests are sent is decided before there are spans (<see cref="RequestTrace"/>).</summary>
internal static class TraceExport
{
    private const string ServiceName = "keyward";
    private const string Path = "/v1/traces";

    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        if (settings.TracesEndpoint is not { } endpoint) return;
        services.AddOpenTelemetry().WithTracing(tracing => tracing
            .ConfigureResource(resource => resource.AddService(ServiceName, serviceVersion: Cli.ProgramVersion.Number))
            .AddSource(Tracing.SourceName).SetSampler(new AlwaysOnSampler())
            .AddProcessor(_ => new BatchActivityExportProcessor(new OtlpTraceExporter(new OtlpExporterOptions
            {
                Endpoint = endpoint.AbsolutePath == "/" ? new Uri(endpoint, Path) : endpoint,
                Protocol = OtlpExportProtocol.HttpProtobuf,
            }))));
    }
}

using Keyward.Server.Settings;
using Keyward.Vault.Traces;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Keyward.Server.Traces;

/// <summary>Sends spans by OTLP over HTTP where the setting says to. Without it nobody listens, and no span is
/// made.</summary>
internal static class TraceExport
{
    private const string ServiceName = "keyward";
    private const string Path = "/v1/traces";

    /// <summary>The platform's span of a request: it joins the caller's W3C context and covers all of it.</summary>
    private const string RequestSource = "Microsoft.AspNetCore";

    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        if (settings.TracesEndpoint is not { } endpoint) return;
        services.AddOpenTelemetry().WithTracing(tracing => tracing
            .ConfigureResource(resource => resource.AddService(ServiceName, serviceVersion: Cli.ProgramVersion.Number))
            .AddSource(RequestSource).AddSource(Tracing.SourceName)
            .SetSampler(new OwnShare(settings.TracesSample))
            .AddProcessor(_ => new WholeTraces(new BatchActivityExportProcessor(
                new OtlpTraceExporter(new OtlpExporterOptions
                {
                    Endpoint = endpoint.AbsolutePath == "/" ? new Uri(endpoint, Path) : endpoint,
                    Protocol = OtlpExportProtocol.HttpProtobuf,
                })))));
    }
}

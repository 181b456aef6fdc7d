using Keyward.Delivery;
using Keyward.Delivery.Checkpoints;
using Keyward.Delivery.Silences;
using Keyward.Doors.Admin;
using Keyward.Doors.Aws;
using Keyward.Doors.Google;
using Keyward.Doors.Probes;
using Keyward.Doors.Rpc;
using Keyward.Doors.Token;
using Keyward.Doors.Witness;
using Keyward.Server.Peers;
using Keyward.Server.Settings;
using Keyward.Server.Systemd;
using Keyward.Server.Tls;
using Keyward.Server.Traces;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using OpenTelemetry.Metrics;

namespace Keyward.Server;

/// <summary>The TLS port that carries every HTTP door, with its limits (each with its reason in
/// docs/reference/limits.md).</summary>
internal static class Listener
{
    public static WebApplication Build(LiveSettings live, VaultKeeper keeper, ServedCertificate certificate,
        ConnectionGuard guard, ListenSockets sockets, TimeProvider time, Action<ILoggingBuilder> logging)
    {
        var settings = live.Current;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ContentRootPath = AppContext.BaseDirectory,
        });
        logging(builder.Logging);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => Configure(kestrel, settings, certificate, keeper.Gate, guard, sockets))
            .UseSockets(transport => transport.CreateBoundListenSocket = sockets.Of);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.ShutdownTimeout);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(live).AddSingleton(certificate).AddSingleton(guard);
        builder.Services.AddSingleton(time).AddSingleton(keeper).AddSingleton(keeper.Gate);
        builder.Services.AddSingleton<TokenDoor>().AddSingleton<IntrospectionDoor>()
            .AddSingleton<Transcoder>().AddSingleton<HealthDoor>();
        builder.Services.AddHostedService<Upkeep>().AddHostedService<PeerSummaries>()
            .AddHostedService<CertificateWatch>().AddHostedService<ServiceNotices>()
            .AddHostedService<Deliveries>().AddHostedService<CheckpointService>()
            .AddHostedService<LogVerification>().AddHostedService<PlannedSilences>();
        if (!settings.BenchWithout.Contains("index")) builder.Services.AddHostedService<LogFollowing>();
        builder.Services.AddGrpc(options =>
        {
            options.MaxReceiveMessageSize = Transcoder.MaximumBodySizeBytes;
            options.EnableDetailedErrors = false;
            // The door answers them itself; the framework's own routes for them would cost every call that is known
            // a few strings.
            options.IgnoreUnknownServices = true;
            options.CompressionProviders =
                [new BoundedCompression(Inflation.Gzip), new BoundedCompression(Inflation.Deflate)];
        });
        GoogleDoor.Add(builder.Services);
        AdminDoor.Add(builder.Services);
        if (settings.IsDev) AdminDoor.AddDev(builder.Services);
        TraceExport.Add(builder.Services, settings);
        if (!settings.BenchWithout.Contains("metrics")) AddMetrics(builder.Services, settings);

        var app = builder.Build();
        Map(app, live, keeper, guard, time);
        return app;
    }

    private static void AddMetrics(IServiceCollection services, ServerSettings settings) =>
        services.AddOpenTelemetry().WithMetrics(metrics =>
            metrics.SetExemplarFilter(settings.TracesEndpoint is null
                    ? ExemplarFilterType.AlwaysOff : ExemplarFilterType.TraceBased)
                .AddMeter(GateMetrics.MeterName).AddMeter(ServerMetrics.MeterName)
                .AddMeter(Deliveries.MeterName).AddMeter(CheckpointService.MeterName)
                .AddMeter(LogVerification.MeterName)
                .AddMeter("System.Runtime")
                // What an answer has told shows in the scrape after it: none is an older one's copy.
                .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0));

    private static void Map(
        WebApplication app, LiveSettings live, VaultKeeper keeper, ConnectionGuard guard, TimeProvider time)
    {
        if (live.Current.TracesEndpoint is not null)
        {
            var share = live.Current.TracesSample;
            app.Use(next => context => TracedRequests.ServeAsync(context, next, share, time));
        }

        app.Use(next => context => guard.ServeAsync(context, next, keeper.Gate));
        if (live.Current.IsDev)
            app.Use((context, next) =>
            {
                context.Response.Headers["x-keyward-dev"] = "true";
                return next(context);
            });
        app.UseMiddleware<AwsDoor>();
        app.UseRouting();
        app.UseMiddleware<Admission>();
        var transcoder = app.Services.GetRequiredService<Transcoder>();
        // A gRPC method that nobody has is left to the admission, which refuses what comes back unrecorded.
        app.Use(next => context => context.Features.Get<Visit>() is not null && context.GetEndpoint() is null
            && !Admission.IsGrpc(context.Request)
                ? transcoder.ServeAsync(context)
                : next(context));
        app.UseWhen(context => context.Request.Path == "/metrics", metrics =>
        {
            metrics.Use((context, next) =>
            {
                if (ProbesDoor.MayRead(context, live.Current.MetricsOpen)) return next(context);
                context.Response.StatusCode = StatusCodes.Status403Forbidden;
                return Task.CompletedTask;
            });
            if (!live.Current.BenchWithout.Contains("metrics"))
                metrics.UseOpenTelemetryPrometheusScrapingEndpoint("/metrics");
        });
        GoogleDoor.Map(app);
        AdminDoor.Map(app);
        if (live.Current.IsDev) AdminDoor.MapDev(app);
        TokenDoor.Map(app, app.Services.GetRequiredService<TokenDoor>());
        IntrospectionDoor.Map(app, app.Services.GetRequiredService<IntrospectionDoor>());
        TokenKeysDoor.Map(app, keeper.Gate);
        WitnessDoor.Map(app, keeper.Gate);
        ProbesDoor.Map(app, keeper.Gate);
        app.MapGet("/keyward/v1/ca", context =>
        {
            context.Response.ContentType = "application/x-pem-file";
            return context.Response.SendFileAsync(live.Current.CaFile, context.RequestAborted);
        });
    }

    private static void Configure(
        KestrelServerOptions kestrel, ServerSettings settings, ServedCertificate certificate, Gate gate,
        ConnectionGuard guard, ListenSockets sockets)
    {
        kestrel.AddServerHeader = false;
        // No two answers share request id and receipt: a table of headers seen before would turn over with each, here
        // and at the client, for an eighth of the time that a short call takes.
        kestrel.AllowResponseHeaderCompression = false;
        kestrel.AllowSynchronousIO = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = settings.Connections;
        limits.MaxRequestBodySize = 1024 * 1024;
        limits.MaxRequestHeadersTotalSize = 16 * 1024;
        limits.MaxRequestHeaderCount = 64;
        limits.MaxRequestLineSize = 8 * 1024;
        limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        limits.KeepAliveTimeout = TimeSpan.FromSeconds(130);
        // At this rate the largest body takes ten seconds; a small one has five.
        limits.MinRequestBodyDataRate = new MinDataRate(
            bytesPerSecond: 20 * 1_024, gracePeriod: TimeSpan.FromSeconds(5));
        limits.Http2.MaxStreamsPerConnection = 1_000;
        limits.Http2.InitialStreamWindowSize = 256 * 1024;
        limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
        limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(30);
        foreach (var (_, endpoint) in sockets.Endpoints)
            kestrel.Listen(endpoint, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.Use(next => connection =>
                {
                    connection.Features.Set(new ConnectionSource());
                    return guard.ConnectAsync(connection, next);
                });
                listen.UseHttps(new TlsHandshakeCallbackOptions
                {
                    OnConnection = _ => ValueTask.FromResult(
                        certificate.Options(gate.ExpectsCertificates)),
                    HandshakeTimeout = TimeSpan.FromSeconds(10),
                });
            });
    }
}

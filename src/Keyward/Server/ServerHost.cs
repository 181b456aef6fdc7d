using System.Net;
using System.Net.Sockets;
using Keyward.Keystores.Material;
using Keyward.Server.Development;
using Keyward.Server.NewNodes;
using Keyward.Server.Logs;
using Keyward.Server.Peers;
using Keyward.Server.Settings;
using Keyward.Server.Systemd;
using Keyward.Server.Tls;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Keyward.Server;

/// <summary>The server from its start to its end. Standard output carries the ready line alone; all else goes to
/// standard
/// error.</summary>
internal static class ServerHost
{
    /// <summary>Runs until it is told to stop; gives the exit code.</summary>
    public static async Task<int> RunAsync(
        IReadOnlyDictionary<string, string> flags, string? configFile, CancellationToken cancellation)
    {
        var reader = SettingReader.Read(flags, ProcessEnvironment.Variables(), configFile);
        if (reader.Errors.Count > 0)
        {
            foreach (var error in reader.Errors) Console.Error.WriteLine("keyward: " + error);
            return 2;
        }

        var missing = ProcessMemory.Harden();
        try
        {
            return await RunAsync(ServerSettings.Of(reader), missing, SleeplessTime.Instance,
                () => SettingReader.Read(flags, ProcessEnvironment.Variables(), configFile),
                cancellation).ConfigureAwait(false);
        }
        catch (StartException failure)
        {
            Console.Error.WriteLine("keyward: " + failure.Message);
            if (failure.Advice is { } advice) Console.Error.WriteLine("  → " + advice);
            return 1;
        }
        catch (SelfTestException failure)
        {
            Console.Error.WriteLine(
                $"keyward: {failure.Message} Nothing is served by a program that computes wrongly.");
            return 1;
        }
    }

    private static async Task<int> RunAsync(
        ServerSettings settings, IReadOnlyList<string> missing, TimeProvider time, Func<SettingReader> read,
        CancellationToken cancellation)
    {
        var live = new LiveSettings(settings);
        var addresses = Endpoints.Resolve(settings.Listen);
        var dev = DevSetup.Of(settings, time);
        using var folder = DataFolder.Open(settings.Data, time);
        using var sockets = ListenSockets.Bind(addresses);
        if (settings.Join is { } token)
            settings = await new NodeJoining(folder, settings).JoinAsync(token, cancellation).ConfigureAwait(false);
        if (dev is null) DevFolder.RefuseForProduction(folder);
        else DevFolder.Prepare(folder);
        var address = Endpoints.Show(sockets.Endpoints[0]);
        var advertised = settings.Advertise ?? address;
        folder.Make("tls");
        folder.Make("audit");

        using var loggers = LoggerFactory.Create(logging => ConfigureLogging(logging, live));
        var logger = loggers.CreateLogger("Keyward.Server");
        foreach (var sentence in missing) Log.Missing(logger, sentence);
        if (ProcessMemory.LockFailures > 0)
            Log.Missing(logger, "Memory cannot be locked against swapping: raise the limit for locked memory.");
        using var metrics = new GateMetrics
        {
            Observes = project => live.Current.Objectives.Projects.ContainsKey(project),
        };
        var keeper = await VaultKeeper.StartAsync(folder, settings, advertised, metrics,
            dev?.Mode.Clock ?? time, loggers, cancellation, dev).ConfigureAwait(false);
        await using (keeper.ConfigureAwait(false))
        {
            LoadingRest.GiveBack(keeper);
            if (dev is not null) await dev.SowAsync(keeper.Gate, folder, address, cancellation).ConfigureAwait(false);
            using var serverMetrics = new ServerMetrics(keeper, settings, live, time);
            var certificate = new ServedCertificate(folder, sockets.Endpoints, time)
            {
                Authority = () => keeper.Authority,
            };
            certificate.Load(settings);
            serverMetrics.Certificate = certificate;
            var guard = new ConnectionGuard(settings.PeerLimits, time, _ => serverMetrics.ConnectionClosed());
            var app = Listener.Build(live, keeper, certificate, guard, sockets, time,
                logging => ConfigureLogging(logging, live));
            app.Lifetime.ApplicationStarted.Register(metrics.Prime);
            await using (app.ConfigureAwait(false))
            {
                var socket = new UnsealSocket(folder.Socket, keeper.UnsealAsync);
                await using (socket.ConfigureAwait(false))
                {
                    if (keeper.Gate.Status.State == GateState.Sealed) socket.Open();
                    var reload = new Reload(read, live, keeper, certificate, guard, time, logger);
                    using var signals = new Signals(reload.Run);
                    await ServeAsync(app, keeper, folder, address, dev, logger, cancellation)
                       .ConfigureAwait(false);
                }
            }
        }

        return 0;
    }

    private static async Task ServeAsync(WebApplication app, VaultKeeper keeper, DataFolder folder, string address,
        DevSetup? dev, ILogger logger, CancellationToken cancellation)
    {
        try
        {
            await app.StartAsync(cancellation).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw new StartException($"The server cannot listen on {address}: {failure.Message}",
                "Give another one: --listen HOST:PORT");
        }

        await CheckAsync(address, folder, cancellation).ConfigureAwait(false);
        Greeting.Print(keeper, folder);
        foreach (var line in dev?.Banner() ?? []) Console.Error.WriteLine(line);
        Console.Out.WriteLine($"keyward ready https://{address} data={folder.Path}");
        await Console.Out.FlushAsync(cancellation).ConfigureAwait(false);
        var status = keeper.Gate.Status;
        SystemdNotice.Send($"READY=1\nSTATUS={status.Reason}: {status.Sentence}");
        var stopping = app.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, stopping);
        try
        {
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            Log.Stopping(logger);
        }

        SystemdNotice.Send("STOPPING=1");
        if (keeper.Gate.Status.State == GateState.Serving)
            keeper.Gate.Close(new GateStatus(GateState.Draining, "draining", "The server is stopping."));
        await app.StopAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>The ready line is a promise: a call through the TLS port has come back.</summary>
    private static async Task CheckAsync(string address, DataFolder folder, CancellationToken cancellation)
    {
        using var handler = new SocketsHttpHandler
        {
            SslOptions =
            {
                // Only that the port answers is asked here, whatever certificate the operator gave.
                RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null,
            },
        };
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            using var answer = await client.GetAsync(new Uri($"https://{address}/healthz"),
                cancellation).ConfigureAwait(false);
            answer.EnsureSuccessStatusCode();
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            throw new StartException(
                $"The server listens on {address} but does not answer itself: {failure.Message} ({folder.Path})");
        }
    }

    private static void ConfigureLogging(ILoggingBuilder logging, LiveSettings live)
    {
        // The level may change while the server runs: it is asked for at each line.
        logging.SetMinimumLevel(LogLevel.Trace).AddFilter(live.IsLogged)
            // It would make an activity of every request for the sake of a line that is never written.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        var format = live.Current.LogFormat;
        var isText = format == "text" || (format == "auto" && !Console.IsErrorRedirected);
        logging.Services.TryAddSingleton(TimeProvider.System);
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = LogLines.FormatterName;
        }).AddConsoleFormatter<LogLines, LogLineOptions>(line =>
        {
            line.IsJson = !isText;
            line.IsJournal = ProcessEnvironment.IsJournal;
        });
    }
}

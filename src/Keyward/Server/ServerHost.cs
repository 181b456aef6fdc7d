using System.Net;
using System.Net.Sockets;
using Keyward.Keystores.Material;
using Keyward.Server.Settings;
using Keyward.Server.Tls;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Microsoft.Extensions.Logging.Console;

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
        ServerSettings settings, IReadOnlyList<string> missing, TimeProvider time, CancellationToken cancellation)
    {
        var endpoints = Endpoints.Resolve(settings.Listen);
        using var folder = DataFolder.Open(settings.Data, time);
        foreach (var (_, endpoint) in endpoints) Endpoints.RefuseBusy(endpoint);
        var address = Endpoints.Show(endpoints[0].Host, endpoints[0].Address);
        folder.Make("tls");
        folder.Make("audit");

        using var loggers = LoggerFactory.Create(logging => ConfigureLogging(logging, settings));
        var logger = loggers.CreateLogger("Keyward.Server");
        foreach (var sentence in missing) Log.Missing(logger, sentence);
        if (ProcessMemory.LockFailures > 0)
            Log.Missing(logger, "Memory cannot be locked against swapping: raise the limit for locked memory.");
        using var metrics = new GateMetrics();
        var keeper = await VaultKeeper.StartAsync(folder, settings, address, metrics, time, loggers, cancellation)
            .ConfigureAwait(false);
        await using (keeper.ConfigureAwait(false))
        {
            using var serverMetrics = new ServerMetrics(keeper.AuditLog, keeper.Gate);
            using var certificate = Certificate(folder, settings, endpoints, time, keeper);
            var app = Listener.Build(settings, keeper, certificate, [.. endpoints.Select(e => e.Address)], time,
                logging => ConfigureLogging(logging, settings));
            await using (app.ConfigureAwait(false))
            {
                var socket = new UnsealSocket(folder.Socket, keeper.UnsealAsync);
                await using (socket.ConfigureAwait(false))
                {
                    if (keeper.Gate.Status.State == GateState.Sealed) socket.Open();
                    await ServeAsync(app, keeper, folder, address, logger, cancellation).ConfigureAwait(false);
                }
            }
        }

        return 0;
    }

    private static async Task ServeAsync(WebApplication app, VaultKeeper keeper, DataFolder folder, string address,
        ILogger logger, CancellationToken cancellation)
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

    private static System.Security.Cryptography.X509Certificates.X509Certificate2 Certificate(DataFolder folder,
        ServerSettings settings, IReadOnlyList<(string Host, IPEndPoint Address)> endpoints, TimeProvider time,
        VaultKeeper keeper)
    {
        if (settings.CertificateFile is { } file)
        {
            using var given = System.Security.Cryptography.X509Certificates.X509Certificate2
                .CreateFromPemFile(file, settings.KeyFile);
            return CertificateAuthority.WithKey(given);
        }

        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "::1" };
        var host = Dns.GetHostName();
        if (Uri.CheckHostName(host) == UriHostNameType.Dns) names.Add(host);
        foreach (var (name, address) in endpoints)
            if (!address.Address.Equals(IPAddress.Any) && !address.Address.Equals(IPAddress.IPv6Any)) names.Add(name);
        names.UnionWith(settings.TlsNames);
        return new CertificateAuthority(folder.Tls, keeper.Authority, time).Server(names);
    }

    private static void ConfigureLogging(ILoggingBuilder logging, ServerSettings settings)
    {
        logging.SetMinimumLevel(settings.LogLevel switch
        {
            "debug" => LogLevel.Debug,
            "warn" => LogLevel.Warning,
            "error" => LogLevel.Error,
            _ => LogLevel.Information,
        });
        if (settings.LogLevel != "debug") logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc",
            LogLevel.Warning);
        var isText = settings.LogFormat == "text" || (settings.LogFormat == "auto" && !Console.IsErrorRedirected);
        logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.FormatterName = isText ? ConsoleFormatterNames.Simple : ConsoleFormatterNames.Json;
        });
        logging.Services.Configure<SimpleConsoleFormatterOptions>(text => text.SingleLine = true);
        logging.Services.Configure<JsonConsoleFormatterOptions>(json =>
        {
            json.UseUtcTimestamp = true;
            json.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        });
    }
}

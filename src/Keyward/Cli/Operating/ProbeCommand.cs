using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Server.Settings;
using Microsoft.Extensions.Logging;

namespace Keyward.Cli.Operating;

/// <summary>A client that asks for nothing but to know whether clients are served: it encrypts and decrypts under a
/// canary key, once or again and again, from wherever it runs.</summary>
internal static class ProbeCommand
{
    private const int PlaintextSizeBytes = 32;

    private static readonly Option<string?> From = Commands.Text("--from", "NAME",
        "The label from of this probe's series (default: this machine's name).");

    private static readonly Option<string?> Every = Commands.Text("--every", "15s",
        "With --listen: the time between two rounds (default 15s).");

    private static readonly Option<string?> Listen = Commands.Text("--listen", "HOST:PORT",
        "Go on for ever and show metrics here, over plain HTTP.");

    public static Command Build() => Commands.Make("probe",
        "Encrypt and decrypt under a canary key, and say how that went; exit 1 if it failed.",
        ["keyward probe --key probe/canary",
         "keyward probe --key probe/canary --from outside --listen 0.0.0.0:9464"], "blackbox_exporter",
        RunAsync, Names.Key, Names.KeyRing, From, Every, Listen);

    private static async Task RunAsync(Session session)
    {
        var key = Names.KeyOf(session, session.Get(Names.Key) ?? "probe/canary");
        var from = session.Get(From) ?? Dns.GetHostName();
        if (from.Contains('"', StringComparison.Ordinal) || from.Contains('\\', StringComparison.Ordinal))
            throw new UsageException("--from is a plain name.");
        var figures = new ProbeFigures(from);
        if (session.Get(Listen) is { } listen)
        {
            await ServeAsync(session, key, figures, listen).ConfigureAwait(false);
            return;
        }

        var began = Stopwatch.GetTimestamp();
        var failure = await RoundAsync(session, key, figures).ConfigureAwait(false);
        session.Output.Write(new JsonObject
        {
            ["success"] = failure is null, ["from"] = from, ["key"] = key,
            ["milliseconds"] = Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 1), ["failure"] = failure,
        });
        if (failure is not null) throw new ExitException(1);
    }

    private static async Task ServeAsync(Session session, string key, ProbeFigures figures, string listen)
    {
        var text = session.Get(Every) ?? "15s";
        if (!SettingTable.TryParseDuration(text, out var every) || every < TimeSpan.FromMilliseconds(100))
            throw new UsageException($"{text} is no duration.", "Give one such as 15s.");
        if (!SettingTable.TryParseEndpoint(listen, out var host, out var port))
            throw new UsageException($"{listen} is not HOST:PORT.");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelCore().UseUrls($"http://{(host == "localhost" ? "127.0.0.1" : host)}:{port}");
        await using var app = builder.Build();
        app.Run(context =>
        {
            context.Response.ContentType = "text/plain; version=0.0.4; charset=utf-8";
            return context.Response.WriteAsync(figures.Text(), context.RequestAborted);
        });
        await app.StartAsync(session.Cancellation).ConfigureAwait(false);
        session.Note($"Probing {session.Settings.Address} as {app.Urls.First()}/metrics shows.");
        // The web host takes SIGTERM and SIGINT for itself and only says that it stops: the loop has to listen to it.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            session.Cancellation, app.Lifetime.ApplicationStopping);
        using var timer = new PeriodicTimer(every, TimeProvider.System);
        try
        {
            do
            {
                await RoundAsync(session, key, figures).ConfigureAwait(false);
            }
            while (await timer.WaitForNextTickAsync(ending.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
        {
            // Told to stop, it has.
        }
    }

    /// <summary>One round; what went wrong, or null.</summary>
    private static async Task<string?> RoundAsync(Session session, string key, ProbeFigures figures)
    {
        var plaintext = RandomNumberGenerator.GetBytes(PlaintextSizeBytes);
        string? failure = null;
        var encrypted = await CallAsync(figures, "encrypt", session, async deadline => await session.Server.Keys
            .EncryptAsync(new EncryptRequest { Name = key, Plaintext = ByteString.CopyFrom(plaintext) },
                deadline: deadline, cancellationToken: session.Cancellation), f => failure = f).ConfigureAwait(false);
        if (encrypted is not null)
        {
            var opened = await CallAsync(figures, "decrypt", session, async deadline => await session.Server.Keys
                .DecryptAsync(new DecryptRequest { Name = key, Ciphertext = encrypted.Ciphertext },
                    deadline: deadline, cancellationToken: session.Cancellation), f => failure = f)
                .ConfigureAwait(false);
            if (opened is not null && !opened.Plaintext.Span.SequenceEqual(plaintext))
                failure = "decrypt gave another plaintext";
        }

        figures.Round(failure is null, TimeProvider.System.GetUtcNow());
        return failure;
    }

    private static async Task<T?> CallAsync<T>(ProbeFigures figures, string operation, Session session,
        Func<DateTime, Task<T>> call, Action<string> failed) where T : class
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            var answer = await call(TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(5)).ConfigureAwait(false);
            figures.Count(operation, "ok", Stopwatch.GetElapsedTime(began));
            return answer;
        }
        catch (RpcException refused) when (!session.Cancellation.IsCancellationRequested)
        {
            figures.Count(operation, refused.StatusCode.ToString().ToLowerInvariant(),
                Stopwatch.GetElapsedTime(began));
            failed($"{operation}: {Keyward.Client.KeywardException.Of(refused).Message}");
            return null;
        }
    }
}

using System.Text;
using System.Text.Json;
using Keyward.Doors.Admin;
using Keyward.Doors.Aws;
using Keyward.Doors.Google;
using Keyward.Doors.Rpc;
using Keyward.Server;
using Keyward.Server.Development;
using Keyward.Server.Settings;
using Keyward.Tests.Conformance;
using Keyward.Tests.Doors.Aws;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keyward.Tests.Doors;

/// <summary>What a REST request got.</summary>
public sealed record RestReply(int Status, string? ContentType, string Text)
{
    /// <summary>The id of the request's record.</summary>
    public string? RequestId { get; init; }

    public JsonElement Json => JsonDocument.Parse(Text).RootElement;

    public JsonElement Error => Json.GetProperty("error");

    /// <summary>Our own reason, which stands beside Google's where Google has one.</summary>
    public string? Reason => Detail.GetProperty("metadata").TryGetProperty("keywardReason", out var ours)
        ? ours.GetString()
        : Detail.GetProperty("reason").GetString();

    public JsonElement Detail => Error.GetProperty("details")[0];
}

/// <summary>The real doors before a real vault in a folder of its own, called without sockets: admission, transcoder,
/// handlers, gate, store and log are the server's.</summary>
internal sealed class OpenDoors : IAsyncDisposable
{
    private const string Address = "127.0.0.1:8443";

    private readonly TemporaryFolder _folder;
    private readonly GateMetrics _metrics;
    private readonly ServiceProvider _services;
    private readonly DataFolder _data;
    private readonly VaultKeeper _keeper;
    private readonly Admission _admission;

    private readonly TimeProvider _time;
    private bool _closed;

    private OpenDoors(
        TemporaryFolder folder, GateMetrics metrics, DataFolder data, VaultKeeper keeper, TimeProvider time, bool isDev)
    {
        (_folder, _metrics, _data, _keeper, _time) = (folder, metrics, data, keeper, time);
        var services = new ServiceCollection().AddSingleton(keeper).AddSingleton(keeper.Gate).AddSingleton(time);
        GoogleDoor.Add(services);
        AdminDoor.Add(services);
        if (isDev) AdminDoor.AddDev(services);
        _services = services.AddSingleton<Transcoder>().BuildServiceProvider();
        var transcoder = _services.GetRequiredService<Transcoder>();
        Services = [.. _services.GetServices<RestService>()];
        // As the listener does it: what no door of these admits is left alone.
        _admission = new Admission(context => context.Features.Get<Visit>() is null
            ? Task.CompletedTask
            : transcoder.ServeAsync(context), keeper.Gate, _services.GetServices<UnofferedMethod>());
        Token = NewToken();
    }

    public IReadOnlyList<RestService> Services { get; }

    /// <summary>A self-signed JWT of the administrator.</summary>
    public string Token { get; }

    public Gate Gate => _keeper.Gate;

    public GateMetrics Metrics => _metrics;

    public long Records => _keeper.AuditLog.Size;

    public VaultKeeper Keeper => _keeper;

    public string Folder => _folder.Path;

    /// <summary>A token of this moment: a test that moves the clock needs new ones.</summary>
    public string NewToken() => Administrator.Token(_time.GetUtcNow());

    public TestAccount Administrator => field ??= TestAccount.Load(File.ReadAllBytes(_data.AdminKeyFile));

    /// <param name="clock">The system's by default.</param>
    /// <param name="copyOf">A data folder whose copy is opened, as a start after a crash finds it.</param>
    /// <param name="isNew">The folder is empty; else a server has been there before.</param>
    public static async Task<OpenDoors> OpenAsync(TimeProvider? clock = null, string? copyOf = null,
        bool isDev = false, bool isNew = false)
    {
        var time = clock ?? TimeProvider.System;
        if (copyOf is null && !isDev && !isNew) copyOf = await FoundedFolders.FindAsync(time);
        var folder = new TemporaryFolder();
        if (copyOf is not null) Copy(copyOf, folder.Path);
        var reader = SettingReader.Read(new Dictionary<string, string> { ["--data"] = folder.Path },
            new Dictionary<string, string> { ["KEYWARD_AUDIT_RESERVE"] = "1MiB", ["KEYWARD_DEV"] = isDev ? "true" : "false" }, null);
        Assert.Empty(reader.Errors);
        var metrics = new GateMetrics();
        var data = DataFolder.Open(folder.Path, time);
        var keeper = await VaultKeeper.StartAsync(data, ServerSettings.Of(reader), Address, metrics,
            time, NullLoggerFactory.Instance, CancellationToken.None, DevSetup.Of(ServerSettings.Of(reader), time));
        Assert.True(keeper.Gate.Status.IsReady, keeper.Gate.Status.Sentence);
        return new OpenDoors(folder, metrics, data, keeper, time, isDev);
    }

    public Task<RestReply> SendAsync(string method, string pathAndQuery, string body = "") =>
        SendAsync(method, pathAndQuery, Encoding.UTF8.GetBytes(body), Token);

    /// <summary>The same as a call that names itself.</summary>
    public Task<RestReply> SendOnceAsync(string key, string method, string pathAndQuery, string body) =>
        SendAsync(method, pathAndQuery, Encoding.UTF8.GetBytes(body), Token, key);

    public async Task<RestReply> SendAsync(string method, string pathAndQuery, byte[] body, string? token,
        string? idempotencyKey = null)
    {
        var context = Request(method, pathAndQuery, new MemoryStream(body), token);
        if (idempotencyKey is not null) context.Request.Headers["x-keyward-idempotency-key"] = idempotencyKey;
        await _admission.InvokeAsync(context);
        var answer = (MemoryStream)context.Response.Body;
        return new RestReply(
            context.Response.StatusCode, context.Response.ContentType, Encoding.UTF8.GetString(answer.ToArray()))
        {
            RequestId = context.Response.Headers[Answering.RequestIdHeader],
        };
    }

    /// <summary>Sends a request over a connection that showed a client certificate.</summary>
    public async Task<RestReply> SendAsync(
        string method, string path, System.Security.Cryptography.X509Certificates.X509Certificate2 certificate,
        string? token = null)
    {
        var context = Request(method, path, new MemoryStream(), token);
        context.Connection.ClientCertificate = certificate;
        await _admission.InvokeAsync(context);
        var answer = (MemoryStream)context.Response.Body;
        return new RestReply(
            context.Response.StatusCode, context.Response.ContentType, Encoding.UTF8.GetString(answer.ToArray()));
    }

    /// <summary>Sends a request whose body comes from a stream of the test's own.</summary>
    public Task ServeAsync(string method, string pathAndQuery, Stream body) =>
        _admission.InvokeAsync(Request(method, pathAndQuery, body, Token));

    /// <summary>The administrator's access key.</summary>
    public (string Id, string Secret) AccessKey => (
        Variable("AWS_ACCESS_KEY_ID"), Variable("AWS_SECRET_ACCESS_KEY"));

    /// <summary>Sends a signed call to the AWS door; the request can be spoilt before it goes.</summary>
    public Task<RestReply> CallAwsAsync(
        string target, string body, Action<HttpContext>? spoil = null, string region = "us-east-1") =>
        CallAwsAsync(AccessKey, target, body, spoil, region);

    /// <summary>The same with another access key.</summary>
    public async Task<RestReply> CallAwsAsync(
        (string Id, string Secret) accessKey, string target, string body, Action<HttpContext>? spoil = null,
        string region = "us-east-1")
    {
        var context = AwsRequest.Make(accessKey, target, body, _time.GetUtcNow(), region);
        spoil?.Invoke(context);
        await new AwsDoor(_ => Task.CompletedTask, _keeper.Gate).InvokeAsync(context);
        var answer = (MemoryStream)context.Response.Body;
        return new RestReply(
            context.Response.StatusCode, context.Response.ContentType, Encoding.UTF8.GetString(answer.ToArray()));
    }

    private string Variable(string name) => File.ReadLines(_data.AdminEnvironment)
        .Single(l => l.StartsWith($"export {name}=", StringComparison.Ordinal)).Split('=', 2)[1].Trim('\'');

    /// <summary>Copies a folder's files as they lie on the disk at this moment.</summary>
    public static void Copy(string from, string to)
    {
        while (true)
        {
            var before = CheckpointsOf(from);
            CopyFiles(from, to);
            // A checkpoint that comes meanwhile takes files away that the one before still needs: then the copy is
            // nothing that a crash could leave.
            if (before.SequenceEqual(CheckpointsOf(from))) return;
            foreach (var folder in Directory.GetDirectories(to)) Directory.Delete(folder, recursive: true);
            foreach (var file in Directory.GetFiles(to)) File.Delete(file);
        }
    }

    /// <summary>One that still lies aside counts for nothing yet, and may be gone before it is read.</summary>
    private static List<string> CheckpointsOf(string folder) =>
        [.. Directory.GetFiles(folder, "checkpoint", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(Path.GetDirectoryName(f)) != "tmp").Order().Select(File.ReadAllText)];

    private static void CopyFiles(string from, string to)
    {
        foreach (var folder in Directory.GetDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, folder)));
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            // Held by this process, and empty.
            if (Path.GetFileName(file) == "lock") continue;
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            try
            {
                using (var source = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
                using (var target = new FileStream(copy, FileMode.Create)) source.CopyTo(target);
                File.SetUnixFileMode(copy, File.GetUnixFileMode(file));
            }
            catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
            {
                // The log's tree moved it to its place, or replaced it, since the folder was listed.
                File.Delete(copy);
            }
        }
    }

    /// <summary>Stops as the server does and leaves the folder.</summary>
    public async ValueTask CloseAsync()
    {
        if (_closed) return;
        _closed = true;
        await _services.DisposeAsync();
        await _keeper.DisposeAsync();
        _data.Dispose();
        _metrics.Dispose();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _folder.Dispose();
    }

    private static DefaultHttpContext Request(string method, string pathAndQuery, Stream body, string? token)
    {
        var context = new DefaultHttpContext();
        var parts = pathAndQuery.Split('?', 2);
        context.Request.Method = method;
        context.Request.Path = new PathString(parts[0]);
        context.Request.QueryString = new QueryString(parts.Length > 1 ? "?" + parts[1] : "");
        if (token is not null) context.Request.Headers.Authorization = "Bearer " + token;
        context.Request.Body = body;
        context.Response.Body = new MemoryStream();
        return context;
    }

    /// <summary>A self-signed JWT of whoever holds the key file.</summary>
    public string TokenOf(string keyFileJson) =>
        TestAccount.Load(Encoding.UTF8.GetBytes(keyFileJson)).Token(_time.GetUtcNow());
}

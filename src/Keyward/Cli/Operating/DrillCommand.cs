using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Grpc.Core;
using Keyward.Client;
using Keyward.Server.Settings;
using Keyward.Vault.Storage;

namespace Keyward.Cli.Operating;

internal static class DrillCommand
{
    private static readonly Argument<string> Name = Commands.Name("name", "The drill; keyward drill list names them.");

    private static readonly Option<bool> Yes = Commands.Flag("--yes",
        "Go on although everybody meets the fault while it lasts.");

    private static readonly Option<string?> Out = Commands.Text("--out", "FILE",
        "Add what was measured to this file, one JSON object a line.");

    public static Command Build() => Commands.Group("drill",
        "Faults on purpose, measured and undone: on a key and accounts of their own, or on the server's machine.",
        Commands.Make("list", "Show what can be drilled.", ["keyward drill list"], null, s =>
        {
            s.Output.WriteList(Drill.All.Select(d => new JsonObject
            {
                ["drill"] = d.Name, ["alert"] = d.Alert, ["limit"] = $"{d.Limit.TotalSeconds} s",
                ["where"] = d.NeedsFolder ? "the server's machine" : "anywhere", ["shows"] = d.Shows,
            }), "", "drill", "alert", "limit", "where", "shows");
            return Task.CompletedTask;
        }),
        Commands.Make("run", "Cause a fault, wait until the deployment does what it should, undo it; exit 1 if not.",
            ["keyward drill run revoke-version", "keyward drill run disk-full --data /var/lib/keyward --yes"], null,
            RunAsync, Name, Yes, Out, ServerCommands.Data, ServerCommands.Config));

    private static async Task RunAsync(Session session)
    {
        var drill = Drill.All.FirstOrDefault(d => d.Name == session.Get(Name))
            ?? throw new UsageException($"There is no drill {session.Get(Name)}.", "keyward drill list");
        if (drill.IsFeltByAll && !session.Get(Yes))
            throw new FailedException("While this drill lasts every caller of the server meets the fault.",
                "Agree a time with them, then add --yes");
        var address = session.Settings.Address ?? throw new FailedException("No server is known.",
            "Source its credentials/admin.env, or give --addr and --credentials.");
        using var client = session.MakeHttpClient(new Uri("https://" + address));
        var run = new DrillRun(session, drill.Name, drill.NeedsFolder ? await FolderAsync(session).ConfigureAwait(false)
            : null, client);
        JsonObject result;
        try
        {
            await run.PrepareAsync().ConfigureAwait(false);
            var took = await drill.RunAsync(run).ConfigureAwait(false);
            result = DrillRun.Show(drill, took, null);
        }
        catch (Exception failure) when (failure is RpcException or FailedException or IOException
            or HttpRequestException or UnauthorizedAccessException or StoreUnavailableException or SocketException
            or CryptographicException)
        {
            result = DrillRun.Show(drill, null,
                failure is RpcException refused ? KeywardException.Of(refused).Message : failure.Message);
        }

        if (session.Get(Out) is { } file)
        {
            var line = result.DeepClone().AsObject();
            line["time"] = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'",
                CultureInfo.InvariantCulture);
            await File.AppendAllTextAsync(file, line.ToJsonString() + "\n", session.Cancellation)
                .ConfigureAwait(false);
        }

        session.Output.Write(result);
        if (result["passed"]?.GetValue<bool>() != true) throw new ExitException(1);
    }

    private static async Task<DrillFolder> FolderAsync(Session session)
    {
        var reader = ServerCommands.Read(session);
        await ServerCommands.RefuseErrors(reader).ConfigureAwait(false);
        return DrillFolder.Of(ServerSettings.Of(reader));
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Grpc.Core;
using Keyward.Client;

namespace Keyward.Cli.Operating;

internal static class DrillCommand
{
    private static readonly Argument<string> Name = Commands.Name("name", "The drill; keyward drill list names them.");

    public static Command Build() => Commands.Group("drill",
        "Faults on purpose, on a key and accounts of their own, measured and undone.",
        Commands.Make("list", "Show what can be drilled.", ["keyward drill list"], null, s =>
        {
            s.Output.WriteList(Drill.All.Select(d => new JsonObject
            {
                ["drill"] = d.Name, ["shows"] = d.Shows, ["limit"] = $"{d.Limit.TotalSeconds} s",
            }), "", "drill", "limit", "shows");
            return Task.CompletedTask;
        }),
        Commands.Make("run", "Cause a fault, wait until the deployment does what it should, undo it; exit 1 if not.",
            ["keyward drill run revoke-version"], null, RunAsync, Name));

    private static async Task RunAsync(Session session)
    {
        var drill = Drill.All.FirstOrDefault(d => d.Name == session.Get(Name))
            ?? throw new UsageException($"There is no drill {session.Get(Name)}.", "keyward drill list");
        var run = new DrillRun(session, drill.Name);
        JsonObject result;
        try
        {
            await run.PrepareAsync().ConfigureAwait(false);
            var took = await drill.RunAsync(run).ConfigureAwait(false);
            result = DrillRun.Show(drill, took, null);
        }
        catch (Exception failure) when (failure is RpcException or FailedException)
        {
            result = DrillRun.Show(drill, null,
                failure is RpcException refused ? KeywardException.Of(refused).Message : failure.Message);
        }

        session.Output.Write(result);
        if (result["passed"]?.GetValue<bool>() != true) throw new ExitException(1);
    }
}

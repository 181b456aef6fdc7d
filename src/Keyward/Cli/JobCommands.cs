using System.CommandLine;
using Keyward.Protos.V1;

namespace Keyward.Cli;

internal static class JobCommands
{
    public static Command BuildDrift() => Commands.Make("drift",
        "Show which keys of the project stand otherwise than they should.", ["keyward drift"], null,
        async s => s.Output.WriteList((await s.Server.Deployment.ListDriftAsync(
            new ListDriftRequest { Parent = "projects/" + s.Settings.Project },
            cancellationToken: s.Cancellation)).Drift, "", "key", "rule"));

    public static Command Build() => Commands.Group("job", "The server's own jobs: rotation, destruction and the like.",
        Commands.Make("list", "Show when each job ran last and how that ended.", ["keyward job list"], null,
            async s => s.Output.WriteList((await s.Server.Deployment.ListJobsAsync(
                new ListJobsRequest(), cancellationToken: s.Cancellation)).Jobs, "", "name", "state", "lastRunTime",
                "done", "lastError"))).WithAlias("jobs");
}

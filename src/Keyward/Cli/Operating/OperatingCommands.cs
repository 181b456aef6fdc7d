using System.CommandLine;

namespace Keyward.Cli.Operating;

/// <summary>The commands for whoever runs a deployment.</summary>
internal static class OperatingCommands
{
    public static IEnumerable<Command> Build() =>
    [
        DoctorCommand.Build(), ProbeCommand.Build(), TopCommand.Build(), ReportCommand.Build(), ScrubCommand.Build(),
        DrillCommand.Build(), RulesCommand.Build(),
    ];
}

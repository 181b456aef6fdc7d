using System.CommandLine;
using Keyward.Protos.V1;

namespace Keyward.Cli;

internal static class WitnessCommands
{
    private static readonly Argument<string[]> Keys = new("vkeys")
    {
        Arity = ArgumentArity.OneOrMore, HelpName = "VKEY",
        Description = "The log's verifier keys, as keyward audit vkey prints them there.",
    };

    private static readonly Argument<string> Origin = new("origin")
    {
        HelpName = "ORIGIN", Description = "The log's origin: what stands before the first + of its verifier key.",
    };

    public static Command Build() => Commands.Group("witness", "Logs of others for which this deployment vouches.",
        Commands.Make("add", "Vouch for a log from now on, or by other keys.",
            ["keyward witness add keyward.example/1+a468762b+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"], null,
            async s => s.Output.Write(
                await s.Server.Witnesses.AddWitnessedLogAsync(new AddWitnessedLogRequest
                {
                    Vkeys = { s.Get(Keys).SelectMany(k => k.Split('\n', StringSplitOptions.RemoveEmptyEntries)) },
                }, cancellationToken: s.Cancellation)), Keys),
        Commands.Make("list", "List the logs, and what was vouched for last.", ["keyward witness list"], null,
            async s => s.Output.WriteList((await AskAsync(s).ConfigureAwait(false)).Logs,
                "", "origin", "size", "updateTime")),
        Commands.Make("remove", "Vouch for a log no more.", ["keyward witness remove keyward/0123456789abcdef/node-1"],
            null, async s => s.Output.Write(await s.Server.Witnesses.RemoveWitnessedLogAsync(
                new RemoveWitnessedLogRequest { Origin = s.Get(Origin) }, cancellationToken: s.Cancellation)), Origin),
        Commands.Make("vkey", "Print the verifier key of this deployment as a witness.", ["keyward witness vkey"],
            null, async s =>
            {
                var key = (await AskAsync(s).ConfigureAwait(false)).Vkey;
                if (key.Length == 0) throw new FailedException("Nothing is witnessed yet, so there is no key.",
                    "keyward witness add VKEY");
                Output.Line(key);
            }));

    private static async Task<Witness> AskAsync(Session session) => await session.Server.Witnesses.GetWitnessAsync(
        new GetWitnessRequest(), cancellationToken: session.Cancellation);
}

using System.CommandLine;
using Keyward.Keystores.Age;

namespace Keyward.Cli;

/// <summary><c>audit open</c>: what was sealed for recipients, in clear.</summary>
internal static class OpenCommand
{
    private static readonly Argument<string> Sealed = new("file")
    {
        HelpName = "FILE", Description = "An age file, such as audit export --recipient made.",
    };

    public static Command Build() => Commands.Make("open",
        "Print a sealed export, bundle or archived file in clear.",
        ["keyward audit open audit.age --identity archive.key > audit.jsonl"], "age --decrypt", RunAsync, Sealed,
        SealedArchive.Identity);

    private static Task RunAsync(Session session)
    {
        if (session.Get(SealedArchive.Identity) is not { Length: > 0 })
            throw new UsageException("Nothing was given that opens it.",
                "Give the file of the identity that it is sealed to: --identity FILE");
        using var source = File.OpenRead(session.Get(Sealed));
        using var reader = new AgeReader(
            source, BackupCommands.ReadIdentities(session, session.Get(SealedArchive.Identity) ?? []));
        reader.CopyTo(StandardOutput.Write);
        return Task.CompletedTask;
    }
}

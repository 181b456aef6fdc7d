using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Keyward.Keystores.Root;
using Keyward.Protos.V1;
using Keyward.Server;
using Keyward.Vault.Names;

namespace Keyward.Cli;

/// <summary>The root key and the people who hold it. Shares are made and put together on this machine; no server is
/// asked.</summary>
internal static class RootCommands
{
    private static readonly Option<string?> Root = Commands.Text("--root", "FILE",
        "The root key (default root.key of the data folder).");

    private static readonly Option<string?> Shares = Commands.Text("--shares", "N", "How many shares are made.");
    private static readonly Option<string?> Threshold = Commands.Text(
        "--threshold", "K", "How many of them are needed.");
    private static readonly Option<string?> Folder = Commands.Text("--out-dir", "DIR",
        "Where the shares go, a file each, mode 0600, to be handed out and removed.");

    private static readonly Option<string?> Out = Commands.Text("--out", "FILE", "Where the root key goes; mode 0600.");

    private static readonly Argument<string[]> Files = new("files")
    {
        Arity = ArgumentArity.OneOrMore, Description = "Files with a share each, or several, one a line; - for input.",
    };

    private static readonly Option<bool> Finish = Commands.Flag("--finish",
        "Withdraw the old root; every node must keep the new one.");

    public static Command Build() => Commands.Group("root", "The root key of a deployment.",
        Commands.Make("describe", "Show the root's generation, and which nodes do not keep it yet.",
            ["keyward root describe"], "vault status", async s => s.Output.Write(await s.Server.Roots.GetRootAsync(
                new GetRootRequest(), cancellationToken: s.Cancellation))),
        Commands.Make("rotate", "Make a new root key while all nodes serve; the old one goes with --finish.",
            ["keyward root rotate", "keyward root rotate --finish"], "vault operator rekey", RotateRootAsync, Finish),
        Commands.Group("shares", "The root key in shares that people hold.",
            Commands.Make("create", "Make shares of which so many give the root, and fewer nothing.",
                ["keyward root shares create --shares 5 --threshold 3 --out-dir /media/shares"],
                "vault operator init", CreateAsync, Root, Shares, Threshold, Folder, ServerCommands.Data),
            Commands.Make("combine", "Make the root key of shares, where a server or a restore expects it.",
                ["keyward root shares combine a.share b.share c.share --out /var/lib/keyward/root.key"],
                "vault operator unseal", CombineAsync, Files, Out),
            Commands.Make("rotate", "Make new shares of old ones, for other people; the root stays what it is.",
                ["keyward root shares rotate a.share b.share c.share --shares 7 --threshold 4 --out-dir /media/new"],
                "vault operator rekey", RotateAsync, Files, Shares, Threshold, Folder)));

    private static async Task RotateRootAsync(Session session)
    {
        if (session.Get(Finish))
        {
            session.Output.Write(await session.Server.Roots.FinishRootRotationAsync(
                new FinishRootRotationRequest(), cancellationToken: session.Cancellation));
            session.Note("Shares and copies of the old root open older backups alone. Make new ones: " +
                "keyward root shares create");
            return;
        }

        session.Output.Write(await session.Server.Roots.RotateRootAsync(
            new RotateRootRequest(), cancellationToken: session.Cancellation));
        session.Note("The old root lies beside the new one as root.key.old (or root.seal.old) until the rotation is " +
            "finished. Copy it to where you keep it for backups from before, then: keyward root rotate --finish");
    }

    private static Task CreateAsync(Session session)
    {
        var data = session.Get(ServerCommands.Data) is { } given
            ? Server.Settings.ServerSettings.Expand(given) : ClientSettings.DataFolder;
        try
        {
            using var root = RootFile.Load(session.Get(Root) ?? Path.Combine(data, "root.key"));
            Write(session, root);
        }
        catch (RootUnavailableException failure)
        {
            throw new FailedException(failure.Message);
        }

        return Task.CompletedTask;
    }

    private static Task CombineAsync(Session session)
    {
        var file = session.Get(Out) ?? throw new UsageException("The file is missing.", "Give it: --out FILE");
        using var root = Combine(session);
        PrivateFile.Create(file, root.Secret);
        session.Output.Write(new JsonObject { ["file"] = file });
        return Task.CompletedTask;
    }

    private static Task RotateAsync(Session session)
    {
        using var root = Combine(session);
        Write(session, root);
        session.Note("Whoever kept enough of the old shares still has the root: have them destroyed.");
        return Task.CompletedTask;
    }

    private static RootKey Combine(Session session)
    {
        var lines = session.Get(Files)
            .SelectMany(f => Encoding.ASCII.GetString(ByteFiles.Read(f, "FILE", isBase64: false)).Split('\n'))
            .Select(l => l.Trim()).Where(l => l.Length > 0).ToList();
        try
        {
            return RootShares.Combine(lines);
        }
        catch (RootUnavailableException failure)
        {
            throw new FailedException($"No root comes of these shares: {failure.Message}");
        }
    }

    private static void Write(Session session, RootKey root)
    {
        var (shares, threshold) = (Number(session, Shares), Number(session, Threshold));
        if (threshold < 2 || threshold > shares || shares > RootShares.MaximumShares)
            throw new UsageException(
                $"Of 2 to {RootShares.MaximumShares} shares, at least 2 and at most all are needed.");
        var folder = session.Get(Folder)
            ?? throw new UsageException("The folder is missing.", "Give it: --out-dir DIR");
        DataFolder.MakeOwned(folder);
        var files = new JsonArray();
        foreach (var (share, index) in RootShares.Make(root, shares, threshold).Select((s, i) => (s, i + 1)))
        {
            var file = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{index}-of-{shares}.share"));
            PrivateFile.Create(file, Encoding.ASCII.GetBytes(share + "\n"));
            files.Add(file);
        }

        session.Output.Write(new JsonObject { ["threshold"] = threshold, ["files"] = files });
    }

    private static int Number(Session session, Option<string?> option) =>
        DecimalNumber.TryParse(session.Get(option), out int number)
            ? number : throw new UsageException($"{option.Name} must be a number.");
}

using System.CommandLine;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Keyward.Keystores.Root;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Verification;

namespace Keyward.Cli;

/// <summary>Sealing the logs of others: each line becomes an entry of a Merkle tree whose checkpoints a key of the
/// server signs, and anyone checks it with the public key alone.</summary>
internal static class LogCommands
{
    /// <summary>As many entries a signature at most.</summary>
    private const int MaximumRound = 16_384;

    /// <summary>A line of a stream is sealed within this.</summary>
    private static readonly TimeSpan RoundInterval = TimeSpan.FromSeconds(1);

    private static readonly Argument<string> Source = Commands.Name("source",
        "The log: a file, a folder of files in order of their names, or - for standard input.");

    private static readonly Argument<string> Tree = Commands.Name("tree", "The folder of the sealed log.");

    private static readonly Argument<string?> Compared = new("source")
    {
        Arity = ArgumentArity.ZeroOrOne, HelpName = "SOURCE",
        Description = "The log itself, to be held against what was sealed: a file, a folder, or -.",
    };

    private static readonly Option<string?> Into = Commands.Text("--tree", "DIR",
        "The folder of the sealed log; made if missing, gone on with if not.");

    private static readonly Option<string?> Origin = Commands.Text("--origin", "NAME",
        "What the log is called in its checkpoints; for ever. Default: the key's name and the folder's.");

    private static readonly Option<string?> VerifierKeys = Commands.Text("--vkey", "FILE",
        "The verifier keys to trust; else those that lie with the log.");

    public static Command Build() => Commands.Group("log", "Seal any log so that nobody can change it unnoticed.",
        Commands.Make("sign", "Seal a log's lines into a signed tree; run again, it goes on where it ended.",
            ["keyward log sign /var/log/app.log --tree app.tree --key logs/app",
                "journalctl -f | keyward log sign - --tree journal.tree --key logs/journal"], null, SignAsync, Source,
            Into, Origin, Names.Key, Names.KeyRing, Names.Version),
        Commands.Make("verify", "Check a sealed log without the server; with its source, line by line.",
            ["keyward log verify app.tree --vkey app.vkey", "keyward log verify app.tree /var/log/app.log"], null,
            VerifyAsync, Tree, Compared, VerifierKeys));

    private static async Task SignAsync(Session session)
    {
        var folder = session.Get(Into) ?? throw new UsageException("The sealed log's folder is missing.",
            "Give it: --tree DIR");
        var source = new LogSource(session.Get(Source), session.Note);
        if (File.Exists(folder))
            throw new FailedException($"{folder} is a file; a sealed log is a folder.", "Give another: --tree DIR");
        // Its files would be taken for the log's.
        if (source.IsFolder(folder))
            throw new FailedException("A sealed log cannot lie among the files that it seals.",
                "Give another: --tree DIR");
        source.Require();
        using var log = await SealedLog.OpenAsync(session, folder, session.Get(Origin)).ConfigureAwait(false);
        await AddKeyAsync(folder, log.Key, session.Cancellation).ConfigureAwait(false);
        var before = log.Size;
        var lines = source.ReadAsync(session.Cancellation);
        var line = source.IsStream ? before : 0;
        var channel = Channel.CreateBounded<ReadOnlyMemory<byte>>(MaximumRound);
        var reading = ReadAsync();
        await SealAsync(log, channel.Reader, session.Cancellation).ConfigureAwait(false);
        await reading.ConfigureAwait(false);
        if (line < before)
            throw new FailedException($"The log has {line} lines, but {before} of it are sealed: it was cut.",
                "What was sealed is in the tree: keyward log verify");
        if (log.Latest is null) await log.ExtendAsync([]).ConfigureAwait(false);
        var checkpoint = log.Latest!.Checkpoint;
        session.Output.Write(new JsonObject
        {
            ["log"] = checkpoint.Origin, ["size"] = checkpoint.Size, ["added"] = checkpoint.Size - before,
            ["root"] = Convert.ToBase64String(checkpoint.Root), ["vkey"] = log.Key.ToString(),
        });

        async Task ReadAsync()
        {
            Exception? failed = null;
            try
            {
                var known = new SealedEntries(folder, before);
                await foreach (var entry in lines.ConfigureAwait(false))
                    if (line++ < before) await known.CheckAsync(line - 1, entry, session.Cancellation)
                        .ConfigureAwait(false);
                    else await channel.Writer.WriteAsync(entry, session.Cancellation).ConfigureAwait(false);
            }
            catch (Exception failure) when (failure is FailedException or IOException or OperationCanceledException)
            {
                failed = failure;
            }

            channel.Writer.Complete();
            if (failed is not null) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failed);
        }
    }

    /// <summary>Rounds of what there is: full ones while much comes, and one a second at least.</summary>
    private static async Task SealAsync(
        SealedLog log, ChannelReader<ReadOnlyMemory<byte>> lines, CancellationToken cancellation)
    {
        while (await lines.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            using var round = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            round.CancelAfter(RoundInterval);
            var entries = new List<ReadOnlyMemory<byte>>();
            try
            {
                while (entries.Count < MaximumRound)
                    if (lines.TryRead(out var entry)) entries.Add(entry);
                    else if (!await lines.WaitToReadAsync(round.Token).ConfigureAwait(false)) break;
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                // The second is over: what came in it is sealed.
            }

            if (entries.Count > 0) await log.ExtendAsync(entries).ConfigureAwait(false);
        }
    }

    private static async Task AddKeyAsync(string folder, VerifierKey key, CancellationToken cancellation)
    {
        var file = Path.Combine(folder, SealedLog.KeyFileName);
        var keys = File.Exists(file)
            ? VerifierKey.ParseLines(await File.ReadAllTextAsync(file, cancellation).ConfigureAwait(false))
            : [];
        if (!keys.Contains(key))
            await File.AppendAllTextAsync(file, key + "\n", cancellation).ConfigureAwait(false);
    }

    private static async Task VerifyAsync(Session session)
    {
        var folder = session.Get(Tree);
        if (!Directory.Exists(folder)) throw new FailedException($"There is no folder {folder}.");
        var file = session.Get(VerifierKeys);
        if (file is null)
            session.Note("The key that lies with the log is believed; --vkey FILE names one you trust.");
        file ??= Path.Combine(folder, SealedLog.KeyFileName);
        if (!File.Exists(file)) throw new FailedException($"There are no verifier keys at {file}.");
        var keys = VerifierKey.ParseLines(
            await File.ReadAllTextAsync(file, session.Cancellation).ConfigureAwait(false));
        var report = await new LogVerifier(keys, NoteSigner.IsGood).VerifyFolderAsync(
            folder, null, session.Cancellation).ConfigureAwait(false);
        if (!report.Holds)
            throw new FailedException(
                $"The log does not hold: {report.Faults[0].Path}: {report.Faults[0].Sentence}",
                "Keep the folder as it is, as evidence.");
        var size = report.Size ?? 0;
        var unsealed = session.Get(Compared) is { } source
            ? await CompareAsync(folder, size, new LogSource(source, session.Note), session.Cancellation)
                .ConfigureAwait(false)
            : 0;
        session.Output.Write(new JsonObject
        {
            ["log"] = report.Origin, ["status"] = "ok", ["size"] = size,
            ["root"] = Convert.ToBase64String(report.Root!), ["unsealed"] = unsealed,
        });
    }

    /// <summary>How many lines the source has that are not sealed yet.</summary>
    private static async Task<long> CompareAsync(
        string folder, long size, LogSource source, CancellationToken cancellation)
    {
        var known = new SealedEntries(folder, size);
        var line = 0L;
        await foreach (var entry in source.ReadAsync(cancellation).ConfigureAwait(false))
            if (line++ < size) await known.CheckAsync(line - 1, entry, cancellation).ConfigureAwait(false);
        return line >= size ? line - size : throw new FailedException(
            $"The log has {line} lines, but {size} of it are sealed: it was cut.");
    }
}

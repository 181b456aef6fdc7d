using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Keyward.Keystores.Root;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Verification;

namespace Keyward.Cli;

/// <summary><c>audit verify</c>: whole logs, offline. Prints what it found of each log, and fails if one of them does
/// not hold.</summary>
internal static class AuditVerify
{
    private const long ProgressStep = 100_000;

    /// <summary>A server signs within a second. Records that wait for longer are worth a word.</summary>
    private static readonly TimeSpan UnsignedLimit = TimeSpan.FromSeconds(10);

    private static readonly Argument<string?> Place = new("place")
    {
        Arity = ArgumentArity.ZeroOrOne, HelpName = "DIR|URL|FILE",
        Description = "A data folder, its audit folder, one log, a log's address " +
            "(https://HOST/keyward/v1/audit/logs/NAME, with --vkey), or a file of audit bundle. " +
            "Default: the data folder of the server on this machine.",
    };

    private static readonly Option<string?> VerifierKeys = Commands.Text("--vkey", "FILE",
        "The verifier keys to trust; else those that lie with the logs.");

    private static readonly Option<string[]> Since = new("--since")
    {
        HelpName = "CHECKPOINT", Description = "An older checkpoint that the log must extend; may be repeated.",
    };

    private static readonly Option<long> MinimumIndex = new("--min-index")
    {
        HelpName = "N", Description = "Records below N were pruned and are not looked for.",
    };

    public static Command Build() => Commands.Make("verify",
        "Check whole logs without the server: that nothing was changed, removed, reordered, doubled or put back.",
        ["keyward audit verify /var/lib/keyward/audit --vkey vkey.txt", "keyward audit verify --since checkpoint.old"],
        "aws cloudtrail validate-logs", RunAsync, Place, VerifierKeys, Since, MinimumIndex,
        SealedArchive.Identity);

    private static async Task RunAsync(Session session)
    {
        var place = session.Get(Place) ?? ClientSettings.DataFolder;
        if (File.Exists(place) && (session.Get(Since) is { Length: > 0 } || session.Get(MinimumIndex) != 0))
            throw new UsageException($"{place} is a file: --since and --min-index are for whole logs.",
                "Give the log's folder or address.");
        if (File.Exists(place)) await AuditBundleFile.CheckAsync(session, place, session.Get(VerifierKeys))
            .ConfigureAwait(false);
        else if (place.StartsWith("https://", StringComparison.Ordinal)
            || place.StartsWith("http://", StringComparison.Ordinal))
            Print(session, WithAbsent(session, [await VerifyAddressAsync(session, place).ConfigureAwait(false)]));
        else Print(session, WithAbsent(session, await VerifyFolderAsync(session, place).ConfigureAwait(false)));
    }

    /// <summary>A checkpoint that was kept shows that its log was there.</summary>
    private static List<LogReport> WithAbsent(Session session, List<LogReport> reports)
    {
        foreach (var file in session.Get(Since) ?? [])
        {
            var origin = ReadCheckpoint(file).Checkpoint.Origin;
            if (reports.All(r => r.Origin != origin))
                reports.Add(new LogReport
                {
                    Origin = origin,
                    Faults = [new LogFault(file, null, "This is a checkpoint of the log, but the log is not here.")],
                });
        }

        return reports;
    }

    private static async Task<List<LogReport>> VerifyFolderAsync(Session session, string place)
    {
        var folder = AuditFolder.Open(place);
        var keys = folder.Keys(session.Get(VerifierKeys));
        var reports = new List<LogReport>();
        foreach (var log in folder.Logs)
            reports.Add(await Verifier(session, keys, AuditFolder.IsWritten(log)).VerifyFolderAsync(
                log, AuditFolder.OriginOf(log, keys), session.Cancellation).ConfigureAwait(false));
        if (!folder.IsOneLog) reports.AddRange(Missing(folder, keys, reports));
        if (reports.Count == 0) throw new FailedException($"There is no log below {folder.Path}.");
        return reports;
    }

    /// <summary>A log of which a key is known and no folder is there was removed.</summary>
    private static IEnumerable<LogReport> Missing(
        AuditFolder folder, IReadOnlyList<VerifierKey> keys, IReadOnlyList<LogReport> found) =>
        keys.Where(k => k.Type == NoteKeyType.Ed25519).Select(k => k.Name).Distinct()
            .Where(origin => found.All(r => r.Origin != origin)).ToList().Select(origin => new LogReport
            {
                Origin = origin,
                Faults = [new LogFault(folder.Path, null, "There is a verifier key of this log, but not the log.")],
            });

    private static async Task<LogReport> VerifyAddressAsync(Session session, string place)
    {
        var keys = VerifierKey.ParseLines(session.Get(VerifierKeys) is { } file
            ? await File.ReadAllTextAsync(file, session.Cancellation).ConfigureAwait(false)
            : throw new UsageException("A log at an address is checked by keys that you trust.",
                "Give them: --vkey FILE"));
        var address = new Uri(place.EndsWith('/') ? place : place + "/");
        using var client = session.MakeHttpClient(address);
        client.MaxResponseContentBufferSize = HttpTree.MaximumFileSizeBytes;
        var tree = new HttpTree(client, address, session.TokenFor(address));
        if (await tree.ReadAsync(TilePath.Checkpoint, session.Cancellation).ConfigureAwait(false) is null)
            throw new FailedException(
                $"There is no checkpoint at {address}: it is no log's address, or the log's checkpoint was removed.",
                "A server's log: https://HOST/keyward/v1/audit/logs/NAME, NAME as in the verifier key.");
        return await Verifier(session, keys).VerifyAsync(tree, null, session.Cancellation).ConfigureAwait(false);
    }

    private static LogVerifier Verifier(
        Session session, IReadOnlyList<VerifierKey> keys, bool needsJournal = false)
    {
        var next = ProgressStep;
        return new LogVerifier(keys, NoteSigner.IsGood)
        {
            NeedsJournal = needsJournal, MinimumIndex = session.Get(MinimumIndex),
            Source = log => SealedArchive.Open(session, log),
            Since = [.. (session.Get(Since) ?? []).Select(f => ReadCheckpoint(f, keys))],
            Progress = count =>
            {
                if (count < next) return;
                session.Note($"{count} records checked");
                next = count + ProgressStep;
            },
        };
    }

    /// <summary>One that nobody signed says nothing against the log.</summary>
    private static SignedCheckpoint ReadCheckpoint(string file, IReadOnlyList<VerifierKey> keys)
    {
        var read = ReadCheckpoint(file);
        return read.WhyNot(keys, NoteSigner.IsGood) is { } why
            ? throw new FailedException($"{file} cannot be held against the log: {why}.",
                "It is of another log, was altered, or the keys that lie with the log were exchanged: give those " +
                "that you kept, --vkey FILE.")
            : read;
    }

    private static SignedCheckpoint ReadCheckpoint(string file) =>
        SignedCheckpoint.TryParse(File.ReadAllBytes(file), out var signed)
            ? signed : throw new FailedException($"{file} is not a checkpoint.");

    private static void Print(Session session, IReadOnlyList<LogReport> reports)
    {
        var holds = reports.All(r => r.Holds);
        if (session.Output.IsJson)
            session.Output.Write(new JsonObject
            {
                ["ok"] = holds, ["logs"] = new JsonArray([.. reports.Select(Show)]),
            });
        else
            foreach (var report in reports) Lines(report);
        foreach (var report in reports.Where(r => r.Holds)) Warn(session, report);
        if (!holds) throw new FailedException($"The audit log does not hold: {Summary(reports)}",
            "Keep the folder as it is, as evidence. docs/runbooks/audit-broken.md says what to do.");
    }

    /// <summary>What is no fault and yet could hide that the checkpoint alone was put back.</summary>
    private static void Warn(Session session, LogReport report)
    {
        const string Advice = "Hold it against a checkpoint that is kept elsewhere: --since CHECKPOINT";
        if (report.UncoveredTimes is { } times && times.Last - times.First > UnsignedLimit)
            session.Note(string.Create(CultureInfo.InvariantCulture,
                $"{report.Origin}: {report.Uncovered} records from {Text(times.First)} to {Text(times.Last)} are in ")
                + "the journal, but not under the checkpoint. A server that keeps up signs within a second, so an "
                + "older checkpoint may have been put in its place. " + Advice);
        if (report.Beyond > 0)
            session.Note(string.Create(CultureInfo.InvariantCulture,
                $"{report.Origin}: there are files of {report.Beyond} records, the checkpoint covers {report.Size}. ")
                + "The folder was copied while the log grew, or an older checkpoint was put in its place. " + Advice);
    }

    private static string Summary(IEnumerable<LogReport> reports)
    {
        var broken = reports.First(r => !r.Holds);
        return $"{broken.Origin}, {broken.Faults[0].Path}: {broken.Faults[0].Sentence}";
    }

    private static void Lines(LogReport report)
    {
        Output.Line(string.Create(CultureInfo.InvariantCulture,
            $"{report.Origin}  {(report.Holds ? "ok" : "BROKEN")}  {report.Size ?? 0} records"
            + $"{(report.Uncovered > 0 ? $" and {report.Uncovered} not yet signed" : "")}"
            + $"{(report.MinimumIndex > 0 ? $", pruned below {report.MinimumIndex}" : "")}"
            + $"{(report.ArchivedTo is { } to ? $", an archive of those below {to}" : "")}"
            + $"{(report.FirstTime is { } first ? $", {Text(first)} to {Text(report.LastTime)}" : "")}"));
        if (report.Root is { } root) Output.Line("  root " + Convert.ToBase64String(root));
        foreach (var witness in report.Witnesses) Output.Line("  witnessed by " + witness);
        foreach (var fault in report.Faults) Output.Line($"  {fault.Path}: {fault.Sentence}");
    }

    /// <summary>As records show it.</summary>
    private static string? Text(DateTimeOffset? time) => time?.UtcDateTime.ToString(
        "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static JsonObject Show(LogReport report)
    {
        var json = new JsonObject
        {
            ["log"] = report.Origin, ["status"] = report.Holds ? "ok" : "broken", ["size"] = report.Size,
            ["root"] = report.Root is { } root ? Convert.ToBase64String(root) : null,
            ["firstTime"] = Text(report.FirstTime), ["lastTime"] = Text(report.LastTime),
            ["unsigned"] = report.Uncovered, ["minIndex"] = report.MinimumIndex, ["archivedTo"] = report.ArchivedTo,
            ["unsignedSince"] = Text(report.UncoveredTimes?.First), ["beyond"] = report.Beyond,
            ["witnesses"] = new JsonArray([.. report.Witnesses.Select(w => (JsonNode)w)]),
        };
        json["faults"] = new JsonArray([.. report.Faults.Select(f => new JsonObject
        {
            ["path"] = f.Path, ["index"] = f.Index, ["message"] = f.Sentence,
        })]);
        return json;
    }
}

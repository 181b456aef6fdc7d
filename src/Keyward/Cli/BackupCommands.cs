using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Keystores.Age;
using Keyward.Protos.V1;
using Keyward.Server;
using Keyward.Server.Recovery;
using Keyward.Vault.Backups;

namespace Keyward.Cli;

internal static class BackupCommands
{
    private static readonly Option<string?> Out = Commands.Text("--out", "FILE", "Where the result goes.");

    private static readonly Option<string?> WrapKey = Commands.Text("--wrap-key", "RING/KEY",
        "Encrypt the file by this key of the server: then who may decrypt with it opens what is for the recipient.");

    public static readonly Option<string[]> Recipient = new("--recipient")
    {
        HelpName = "age1…",
        Description = "Who can open it, as age-keygen or keyward backup keygen says; may be repeated.",
    };

    public static readonly Option<string?> RecipientsFile = Commands.Text(
        "--recipients-file", "FILE", "Recipients, one a line.");

    private static readonly Option<string?> Base = Commands.Text("--base", "FILE",
        "An earlier backup: records that it holds are left out. Its .info beside it is read, not the backup.");

    public static readonly Option<string[]> Identity = new("--identity")
    {
        HelpName = "FILE", Description = "Secret keys that open it, AGE-SECRET-KEY-1… one a line; may be repeated.",
        Required = true,
    };

    public static readonly Argument<string[]> Files = new("files")
    {
        Arity = ArgumentArity.OneOrMore,
        Description = "A whole backup, and those that build on it, in order.",
    };

    private static readonly Option<string?> Root = Commands.Text("--root", "FILE",
        "The root key: then every row's seal, the state sum and the log's signatures are checked, too.");

    public static Command Build() => Commands.Group("backup", "Backups of store and audit log, encrypted.",
        Commands.Make("keygen", "Make a key pair for backups; the recipient is printed, the file opens them.",
            ["keyward backup keygen --out backup.key",
                "keyward backup keygen --out archive.key --wrap-key vault/archive"],
                "age-keygen", KeygenAsync, Out, WrapKey),
        Commands.Make("create", "Back up the store and the log of the node that is asked, while it serves.",
            ["keyward backup create --out monday.age --recipient age1qqqq…",
                "keyward backup create --out tuesday.age --base monday.age --recipients-file recipients.txt"],
            "pg_basebackup", CreateAsync, Out, Recipient, RecipientsFile, Base),
        Commands.Make("verify", "Read backups through and check that they can be restored.",
            ["keyward backup verify monday.age --identity backup.key",
                "keyward backup verify monday.age tuesday.age --identity backup.key --root root.key"], null,
            VerifyAsync, Files, Identity, Root));

    public static IReadOnlyList<AgeIdentity> ReadIdentities(Session session) =>
        ReadIdentities(session, session.Get(Identity));

    public static IReadOnlyList<AgeIdentity> ReadIdentities(Session session, IEnumerable<string> files)
    {
        var found = new List<AgeIdentity>();
        foreach (var file in files)
            foreach (var line in File.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'))
                found.Add(AgeIdentity.TryParse(line) ?? WrappedIdentity.TryOpen(session, line)
                    ?? throw new FailedException($"{file} holds a line that is no AGE-SECRET-KEY-1…"));
        return found;
    }

    private static async Task KeygenAsync(Session session)
    {
        var file = session.Get(Out) ?? throw new UsageException("The file is missing.", "Give it: --out FILE");
        if (File.Exists(file)) throw new FailedException($"{file} exists already.");
        var (identity, text) = AgeIdentity.Make();
        using (identity)
        {
            var lines = session.Get(WrapKey) is { } key
                ? await WrappedIdentity.WrapAsync(session, Names.KeyOf(session, key), identity.Recipient, text)
                    .ConfigureAwait(false)
                : text + "\n";
            DataFolder.WriteSecret(
                file, System.Text.Encoding.ASCII.GetBytes($"# public key: {identity.Recipient}\n{lines}"));
            session.Output.Write(new JsonObject { ["recipient"] = identity.Recipient.ToString(), ["file"] = file });
        }
    }

    private static async Task CreateAsync(Session session)
    {
        var file = session.Get(Out) ?? throw new UsageException("The file is missing.", "Give it: --out FILE");
        var request = new CreateBackupRequest();
        if (session.Get(Base) is { } earlier)
        {
            if (Path.GetFullPath(earlier) == Path.GetFullPath(file))
                throw new UsageException("A backup cannot replace the one that it builds on.", "Give another --out.");
            var info = BackupInfo.Read(earlier);
            (request.Base, request.BaseLog, request.BaseSize) =
                (info.Manifest.Id, info.Manifest.Logs[0].Origin, info.Manifest.Logs[0].Size);
        }

        var beside = file + ".new";
        File.Delete(beside);
        BackupManifest manifest;
        var stream = new FileStream(beside, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, BufferSize = 1 << 20,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using (stream.ConfigureAwait(false))
        {
            using var writer = new AgeWriter(stream, Recipients(session));
            using var check = new BackupPassage();
            using var call = session.Server.Backups.CreateBackup(request, cancellationToken: session.Cancellation);
            while (await call.ResponseStream.MoveNext(session.Cancellation).ConfigureAwait(false))
            {
                check.Pass(call.ResponseStream.Current.Bytes.Span);
                writer.Write(call.ResponseStream.Current.Bytes.Span);
            }

            manifest = check.End();
            writer.Finish();
            stream.Flush(flushToDisk: true);
        }

        File.Move(beside, file, overwrite: true);
        BackupInfo.Write(file, manifest);
        session.Output.Write(Show(manifest, new FileInfo(file).Length));
    }

    private static async Task VerifyAsync(Session session)
    {
        var identities = ReadIdentities(session);
        var folder = Directory.CreateTempSubdirectory("keyward-verify").FullName;
        try
        {
            using var staged = StagedBackup.Open(session.Get(Files), identities, Path.Combine(folder, "log"));
            var result = Show(staged.Manifest, null);
            if (session.Get(Root) is { } root)
            {
                using var key = Keystores.Root.RootFile.Load(root);
                using var hierarchy = Restore.OpenHierarchy(key, staged.Store);
                var snapshot = StoreJudgement.Demand(staged.Store, hierarchy);
                await staged.VerifyLogsAsync(Restore.KeysOf(snapshot, hierarchy), session.Cancellation)
                    .ConfigureAwait(false);
            }
            else
            {
                await staged.VerifyLogsAsync(null, session.Cancellation).ConfigureAwait(false);
            }

            result["checked"] = session.Get(Root) is null ? "files, log tree" : "files, seals, state sum, log";
            session.Output.Write(result);
        }
        catch (InvalidDataException failure)
        {
            throw new FailedException(failure.Message);
        }
        finally
        {
            foreach (var identity in identities) identity.Dispose();
            Directory.Delete(folder, recursive: true);
        }
    }

    internal static JsonObject Show(BackupManifest manifest, long? sizeBytes)
    {
        var json = (JsonObject)JsonSerializer.SerializeToNode(manifest, BackupJson.Default.BackupManifest)!;
        if (sizeBytes is { } size) json["sizeBytes"] = size;
        return json;
    }

    /// <summary>Whether somebody is named who can open what comes out.</summary>
    public static bool HasRecipients(Session session) =>
        session.Get(Recipient) is { Length: > 0 } || session.Get(RecipientsFile) is not null;

    public static IReadOnlyList<AgeRecipient> Recipients(Session session)
    {
        IEnumerable<string> texts = session.Get(Recipient) ?? [];
        if (session.Get(RecipientsFile) is { } file)
            texts = texts.Concat(File.ReadLines(file).Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#'));
        var found = texts.Select(t => AgeRecipient.TryParse(t)
            ?? throw new UsageException($"{t} is no recipient.", "One is made by: keyward backup keygen --out FILE"))
            .ToList();
        return found.Count > 0 ? found
            : throw new UsageException("Nobody could open it: no recipient is given.", "Give one: --recipient age1…");
    }
}

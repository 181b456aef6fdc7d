using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Keyward.Keystores.Age;
using Keyward.Protos.V1;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Keeping;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Cli;

/// <summary>What shows others that a record stands in the log: <c>audit prove</c>, <c>bundle</c>,
/// <c>consistency</c>, <c>vkey</c>; and <c>audit hash</c>, which finds records of known bytes.</summary>
internal static class AuditProofCommands
{
    private static readonly Argument<string> Id = new("id")
    {
        HelpName = "ID", Description = "A receipt (x-keyward-receipt: LOG#INDEX) or a request's id.",
    };

    private static readonly Argument<string[]> Ids = new("ids")
    {
        Arity = ArgumentArity.OneOrMore, HelpName = "ID", Description = "Receipts or requests' ids.",
    };

    private static readonly Option<string?> Log = Commands.Text("--log", "DIR",
        "Read this log's folder instead of asking the server.");

    private static readonly Option<bool> OwnProject = Commands.Flag(
        "--own-project", "Only this project's records, which its owner may read.");

    private static readonly Option<string?> OutFile = Commands.Text("--out", "FILE", "Where to write the bundle.");

    private static readonly Argument<long> OldSize = new("old") { HelpName = "A", Description = "The smaller size." };

    private static readonly Argument<long> NewSize = new("new")
    {
        Arity = ArgumentArity.ZeroOrOne, HelpName = "B", Description = "The greater one; default: the newest.",
    };

    private static readonly Option<string> Label = new("--label")
    {
        HelpName = "LABEL", Description = "What the bytes are: aad, ciphertext, digest, mac, message, signature …",
        Required = true,
    };

    private static readonly Argument<string> ValueFile = new("file")
    {
        HelpName = "FILE", Description = "The bytes; - for standard input.",
    };

    public static IEnumerable<Command> Build() =>
    [
        Commands.Make("prove", "Print a proof (tlog-proof) that a record stands in the log, which anyone can check.",
            ["keyward audit prove keyward/0123456789abcdef/node-1#1234"], null, ProveAsync, Id, Log, OwnProject,
            SealedArchive.Identity),
        Commands.Make("bundle", "Put records, proofs, checkpoint and verifier keys into one file.",
            ["keyward audit bundle ID ID --out case.json", "keyward audit verify case.json --vkey vkey.txt"], null,
            BundleAsync, Ids, Log, OwnProject, OutFile, BackupCommands.Recipient, BackupCommands.RecipientsFile,
            SealedArchive.Identity),
        Commands.Make("consistency", "Print the hashes that show that the log of size B extends that of size A.",
            ["keyward audit consistency 1000 2000"], null, ConsistencyAsync, OldSize, NewSize),
        Commands.Make("vkey",
            "Print the verifier keys of all logs, one a line. Keep them where the server cannot write.",
            ["keyward audit vkey > vkey.txt"], null, VerifierKeysAsync),
        Commands.Make("hash", "Print the keyed digest by which records show some bytes.",
            ["keyward audit hash --label aad context.bin"], null, HashAsync, Label, ValueFile),
    ];

    /// <summary>Text, in pipes too: a proof is a file of its own kind. JSON, where it is asked for, has the record
    /// beside it.</summary>
    private static async Task ProveAsync(Session session)
    {
        var proof = await FindAsync(session, session.Get(Id)).ConfigureAwait(false);
        if (session.Output.WantsJson) session.Output.Write(proof);
        else StandardOutput.Write(Encoding.UTF8.GetBytes(proof.Proof));
    }

    private static async Task BundleAsync(Session session)
    {
        var records = new List<ProvenRecord>();
        foreach (var id in session.Get(Ids))
        {
            var found = await FindAsync(session, id).ConfigureAwait(false);
            records.Add(LogProof.TryParse(found.Proof, out var proof)
                ? new ProvenRecord(Encoding.UTF8.GetBytes(found.Record), proof)
                : throw new FailedException("The server's proof is none."));
        }

        var keys = session.Get(Log) is { } folder
            ? AuditFolder.Open(folder).Keys(null)
            : VerifierKey.ParseLines(string.Join('\n', await KeysAsync(session).ConfigureAwait(false)));
        var origins = records.Select(r => r.Proof.Signed.Checkpoint.Origin).ToHashSet();
        var bytes = AuditBundleFile.Write(
            [.. records.DistinctBy(r => (r.Proof.Signed.Checkpoint.Origin, r.Proof.Index))],
            keys.Where(k => origins.Contains(k.Name)));
        if (BackupCommands.HasRecipients(session)) bytes = AgeWriter.Seal(bytes, BackupCommands.Recipients(session));
        if (session.Get(OutFile) is { } file)
            await File.WriteAllBytesAsync(file, bytes, session.Cancellation).ConfigureAwait(false);
        else StandardOutput.Write(bytes);
    }

    private static async Task ConsistencyAsync(Session session)
    {
        var proof = await session.Server.AuditProofs.ProveConsistencyAsync(
            new ProveConsistencyRequest { OldSize = session.Get(OldSize), Size = session.Get(NewSize) },
            cancellationToken: session.Cancellation);
        if (session.Output.WantsJson) session.Output.Write(proof);
        else
            foreach (var hash in proof.Hashes) Output.Line(hash.ToBase64());
    }

    private static async Task VerifierKeysAsync(Session session)
    {
        var keys = await KeysAsync(session).ConfigureAwait(false);
        if (session.Output.WantsJson)
            session.Output.Write(new JsonObject
            {
                ["vkeys"] = new JsonArray([.. keys.Select(k => (JsonNode)k)]),
            });
        else
            foreach (var key in keys) Output.Line(key);
    }

    private static async Task HashAsync(Session session)
    {
        var digest = await session.Server.AuditProofs.HashValueAsync(new HashValueRequest
        {
            Label = session.Get(Label),
            Value = ByteString.CopyFrom(ByteFiles.Read(session.Get(ValueFile), "FILE", isBase64: false)),
        }, cancellationToken: session.Cancellation);
        session.Output.Write(digest);
    }

    private static async Task<IReadOnlyList<string>> KeysAsync(Session session) =>
        (await session.Server.AuditProofs.ListVerifierKeysAsync(
            new ListVerifierKeysRequest(), cancellationToken: session.Cancellation)).Vkeys;

    private static async Task<RecordProof> FindAsync(Session session, string id)
    {
        if (session.Get(Log) is { } folder) return await FindAsync(session, AuditFolder.Open(folder), id)
            .ConfigureAwait(false);
        return await session.Server.AuditProofs.ProveRecordAsync(new ProveRecordRequest
        {
            Record = id, Parent = session.Get(OwnProject) ? "projects/" + session.Settings.Project : "",
        }, cancellationToken: session.Cancellation);
    }

    /// <summary>The same from the files alone.</summary>
    private static async Task<RecordProof> FindAsync(Session session, AuditFolder folder, string id)
    {
        if (!RecordReference.TryParse(id, out var reference))
            throw new FailedException($"{id} is neither a receipt nor a request's id.");
        foreach (var log in folder.Logs)
        {
            var checkpoint = Path.Combine(log, "checkpoint");
            if (!File.Exists(checkpoint) || !SignedCheckpoint.TryParse(await File.ReadAllBytesAsync(
                checkpoint, session.Cancellation).ConfigureAwait(false), out var signed)) continue;
            var source = SealedArchive.Open(session, log);
            var prover = new Prover(source, signed);
            if (await prover.FindAsync(reference, await NumberAsync(Pruned.FileName).ConfigureAwait(false) ?? 0,
                await NumberAsync(LogArchive.FileName).ConfigureAwait(false), session.Cancellation)
                .ConfigureAwait(false) is not { } index) continue;
            var proven = await prover.ProveAsync(index, session.Cancellation).ConfigureAwait(false);
            return new RecordProof
            {
                Log = signed.Checkpoint.Origin, Index = index,
                Record = Encoding.UTF8.GetString(proven.Record.Span), Proof = proven.Proof.ToString(),
            };

            async ValueTask<long?> NumberAsync(string file) =>
                await source.ReadAsync(file, session.Cancellation).ConfigureAwait(false) is { } bytes
                    ? Pruned.Parse(Encoding.UTF8.GetString(bytes)) : null;
        }

        throw new FailedException(string.Create(CultureInfo.InvariantCulture,
            $"No log below {folder.Path} has the record {id} under its checkpoint."),
            "A record that was pruned stands in the archive, one that was not in the log.");
    }
}

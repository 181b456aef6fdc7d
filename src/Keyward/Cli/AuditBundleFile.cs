using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Keystores.Age;
using Keyward.Keystores.Root;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Cli;

/// <summary>Chosen records with their proofs, checkpoints and verifier keys in one JSON file, which anyone checks with
/// <c>audit verify FILE</c> or docs/reference/verify_audit.py.</summary>
internal static class AuditBundleFile
{
    private const string Format = "keyward-audit-bundle/1";

    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static byte[] Write(IReadOnlyList<ProvenRecord> records, IEnumerable<VerifierKey> keys)
    {
        var checkpoints = records.Select(r => r.Proof.Signed.Note.ToString()).Distinct().ToList();
        var json = new JsonObject
        {
            ["format"] = Format,
            ["vkeys"] = new JsonArray([.. keys.Select(k => (JsonNode)k.ToString())]),
            ["checkpoints"] = new JsonArray([.. checkpoints.Select(c => (JsonNode)c)]),
            ["records"] = new JsonArray([.. records.Select(r => new JsonObject
            {
                ["log"] = r.Proof.Signed.Checkpoint.Origin,
                ["index"] = r.Proof.Index,
                ["checkpoint"] = checkpoints.IndexOf(r.Proof.Signed.Note.ToString()),
                ["record"] = Encoding.UTF8.GetString(r.Record.Span),
                ["proof"] = new JsonArray([.. r.Proof.Hashes.Select(h => (JsonNode)Convert.ToBase64String(h))]),
            })]),
        };
        return Encoding.UTF8.GetBytes(json.ToJsonString(Readable) + "\n");
    }

    /// <summary>Checks a bundle, or a single proof of <c>audit prove</c>, by trusted keys; those inside a bundle only
    /// say that it is whole in itself.</summary>
    public static async Task CheckAsync(Session session, string file, string? keyFile)
    {
        var bytes = await File.ReadAllBytesAsync(file, session.Cancellation).ConfigureAwait(false);
        if (bytes.AsSpan().StartsWith("age-encryption.org/"u8)) bytes = Open(session, file, bytes);
        if (bytes.AsSpan().StartsWith("c2sp.org/tlog-proof"u8))
            throw new FailedException($"{file} is a proof without its record, which has to be hashed for it.",
                "A file that has both is made by: keyward audit bundle ID --out FILE");
        using var reader = new StreamReader(new MemoryStream(bytes));
        var text = await reader.ReadToEndAsync(session.Cancellation).ConfigureAwait(false);
        if (Parse(text) is not { } bundle)
            throw new FailedException($"{file} is not a bundle of keyward audit bundle.");
        if (bundle.Records.Count == 0) throw new FailedException($"{file} has no records, so it proves nothing.");
        if (keyFile is null) session.Note("Checked by the keys inside the bundle. Who made it could have made those " +
            "too: give the log's own, --vkey FILE.");
        var keys = keyFile is null ? bundle.Keys : VerifierKey.ParseLines(
            await File.ReadAllTextAsync(keyFile, session.Cancellation).ConfigureAwait(false));
        var seen = new HashSet<(string Log, long Index)>();
        foreach (var (log, record) in bundle.Records)
        {
            if (!seen.Add((log, record.Proof.Index)))
                throw new FailedException($"{file}: record {record.Proof.Index} of {log} stands in it twice.");
            if (record.Proof.Signed.Checkpoint.Origin != log)
                throw new FailedException($"{file}: record {record.Proof.Index} is said to be of another log.");
            if (record.Proof.WhyNot(record.Record.Span, keys, NoteSigner.IsGood) is { } why)
                throw new FailedException($"{file}: record {record.Proof.Index} of {log} is not proven. {why}");
        }

        session.Output.Write(new JsonObject
        {
            ["ok"] = true, ["records"] = bundle.Records.Count,
            ["logs"] = new JsonArray([.. bundle.Records.Select(r => r.Log).Distinct().Select(l => (JsonNode)l)]),
            ["witnesses"] = new JsonArray([.. bundle.Records.Select(r => r.Record.Proof.Signed)
                .DistinctBy(s => s.Note.ToString()).SelectMany(s => WitnessesOf(s, keys, file)).Distinct().Order()
                .Select(w => (JsonNode)w)]),
        });
    }

    /// <summary>A bundle that was made for recipients.</summary>
    private static byte[] Open(Session session, string file, byte[] bytes) =>
        session.Get(SealedArchive.Identity) is { Length: > 0 } identities
            ? AgeReader.Open(bytes, BackupCommands.ReadIdentities(session, identities))
            : throw new FailedException($"{file} is sealed, and nothing was given that opens it: nothing was checked.",
                "Give the file of the identity that it is sealed to: --identity FILE");

    private static IReadOnlyList<string> WitnessesOf(
        SignedCheckpoint signed, IEnumerable<VerifierKey> keys, string file) =>
        signed.WitnessesAmong(keys, NoteSigner.IsGood) ?? throw new FailedException(
            $"{file}: a cosignature on a checkpoint of {signed.Checkpoint.Origin} is wrong.");

    private static (List<VerifierKey> Keys, List<(string Log, ProvenRecord Record)> Records)? Parse(string text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            if (root.GetProperty("format").GetString() != Format) return null;
            var keys = root.GetProperty("vkeys").EnumerateArray().Select(k =>
                VerifierKey.TryParse(k.GetString()!, out var key) ? key : throw new FormatException()).ToList();
            var checkpoints = root.GetProperty("checkpoints").EnumerateArray().Select(c => SignedCheckpoint.TryParse(
                Encoding.UTF8.GetBytes(c.GetString()!), out var signed) ? signed : throw new FormatException())
                .ToList();
            return (keys, [.. root.GetProperty("records").EnumerateArray().Select(r => (
                r.GetProperty("log").GetString()!,
                new ProvenRecord(Encoding.UTF8.GetBytes(r.GetProperty("record").GetString()!), new LogProof(
                    r.GetProperty("index").GetInt64(),
                    [.. r.GetProperty("proof").EnumerateArray().Select(h => h.GetBytesFromBase64())],
                    checkpoints[r.GetProperty("checkpoint").GetInt32()]))))]);
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or FormatException
            or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}

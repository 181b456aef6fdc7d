using System.CommandLine;
using System.Security.Cryptography;
using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Keyward.Doors.Google;
using Keyward.Keystores.Importing;
using Keyward.Vault.Imports;
using ImportJob = Google.Cloud.Kms.V1.ImportJob;
using WireState = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionState;

namespace Keyward.Cli;

/// <summary><c>keyward key import</c>: wraps a key on this machine and brings it in. The key leaves it wrapped
/// only.</summary>
internal static class KeyImport
{
    private static readonly Argument<string> KeyName = Commands.Name("key", "The key: short with --keyring, or full.");
    private static readonly Option<string?> TargetKey = Commands.Text("--target-key-file", "FILE",
        "The key to import: raw bytes, or PKCS#8 in DER or PEM. - for standard input.");
    private static readonly Option<string?> Algorithm = Commands.Text("--algorithm", "ALGORITHM",
        "Of the imported version; the key's own if left out.");
    private static readonly Option<string?> Job = Commands.Text("--import-job", "JOB",
        "An import job; one is made if left out.");
    private static readonly Option<string?> WrappedKey = Commands.Text("--wrapped-key-file", "FILE",
        "A key that was wrapped elsewhere for the job of --import-job, instead of --target-key-file.");
    private static readonly Option<string?> Into = Commands.Text("--version", "N",
        "Import again into this version, whose material was destroyed.");

    public static Command Build() => Commands.Make("import", "Bring a key of your own in as a new version.",
        ["keyward key import orders --keyring shop --target-key-file key.bin",
         "keyward key import signer --keyring shop --target-key-file key.pem --algorithm ec-sign-p256-sha256"],
        "gcloud kms keys versions import", RunAsync, KeyName, Names.KeyRing, TargetKey, WrappedKey, Algorithm,
        Job, Into, ImportJobCommands.Method);

    private static async Task RunAsync(Session session)
    {
        var name = Names.KeyOf(session, session.Get(KeyName));
        var isWrapped = session.Get(WrappedKey) is not null;
        if (isWrapped && (session.Get(TargetKey) is not null || session.Get(Job) is null))
            throw new UsageException("A wrapped key goes with the import job that it was wrapped for, and alone.",
                "--wrapped-key-file FILE --import-job JOB");
        var material = isWrapped
            ? ByteFiles.Read(session.Get(WrappedKey), WrappedKey.Name, isBase64: false)
            : ReadKey(session.Get(TargetKey));
        try
        {
            var key = await session.Server.Keys.GetCryptoKeyAsync(
                new GetCryptoKeyRequest { Name = name }, cancellationToken: session.Cancellation);
            var algorithm = session.Get(Algorithm) is { } given
                ? AlgorithmWords.Algorithm(given)
                : key.VersionTemplate.Algorithm;
            var job = await JobAsync(session, name).ConfigureAwait(false);
            var request = new ImportCryptoKeyVersionRequest
            {
                Parent = name, Algorithm = algorithm, ImportJob = job.Name,
                CryptoKeyVersion = session.Get(Into) is { } number ? $"{name}/cryptoKeyVersions/{number}" : "",
                WrappedKey = ByteString.CopyFrom(isWrapped ? material : Wrap(job, material)),
            };
            await ShowAsync(session, await session.Server.Keys.ImportCryptoKeyVersionAsync(
                request, cancellationToken: session.Cancellation)).ConfigureAwait(false);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(material);
        }
    }

    private static async Task ShowAsync(Session session, CryptoKeyVersion version)
    {
        if (version.State == WireState.ImportFailed)
            throw new FailedException($"{version.Name} was not imported: {version.ImportFailureReason}",
                "Check the key's form and algorithm, and try again.");
        session.Output.Write(await Provenances.WithAsync(session, version).ConfigureAwait(false));
        session.Note($"It is not primary. To encrypt under it: keyward version set-primary {version.Name}");
    }

    private static async Task<ImportJob> JobAsync(Session session, string key)
    {
        var ring = key[..key.LastIndexOf("/cryptoKeys/", StringComparison.Ordinal)];
        if (session.Get(Job) is not { } job)
            return await ImportJobCommands.CreateAsync(session,
                $"{ring}/importJobs/import-{RandomNumberGenerator.GetHexString(12, lowercase: true)}")
                .ConfigureAwait(false);
        var name = job.Contains("/importJobs/", StringComparison.Ordinal) ? job : $"{ring}/importJobs/{job}";
        return await ImportJobCommands.WhenActiveAsync(session, await ImportJobCommands.Get(session, name))
            .ConfigureAwait(false);
    }

    private static byte[] Wrap(ImportJob job, byte[] material)
    {
        if (!ImportMethodNames.Parse(job.ImportMethod).TryGet(out var method, out var refusal))
            throw new FailedException(refusal.Sentence);
        var publicKey = job.PublicKey.Pem.Length > 0
            ? DerOf(job.PublicKey.Pem, "PUBLIC KEY")!
            : job.PublicKey.Data.ToByteArray();
        try
        {
            return Wrapping.Wrap(method, publicKey, material);
        }
        catch (CryptographicException) when (!ImportMethods.HasAesKey(method) && !ImportMethods.IsHpke(method))
        {
            throw new FailedException("The key is too long for a job that wraps by RSA alone.",
                $"Use a job with --import-method {ImportJobCommands.UsualMethod}");
        }
    }

    /// <summary>PEM is turned into the DER that is imported; anything else goes as it is.</summary>
    private static byte[] ReadKey(string? file)
    {
        var bytes = ByteFiles.Read(file, TargetKey.Name, isBase64: false);
        if (!bytes.AsSpan().StartsWith("-----BEGIN "u8)) return bytes;
        var der = DerOf(System.Text.Encoding.ASCII.GetString(bytes), "PRIVATE KEY");
        CryptographicOperations.ZeroMemory(bytes);
        return der ?? throw new UsageException("The key is PEM, but not PKCS#8 (BEGIN PRIVATE KEY).",
            "openssl pkcs8 -topk8 -nocrypt -in key.pem -outform DER -out key.der");
    }

    private static byte[]? DerOf(string pem, string label) =>
        PemEncoding.TryFind(pem, out var fields) && pem[fields.Label] == label
            ? Convert.FromBase64String(pem[fields.Base64Data])
            : null;
}

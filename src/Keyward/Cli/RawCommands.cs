using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Cloud.Kms.V1;
using Google.Protobuf;

namespace Keyward.Cli;

/// <summary>Raw encryption, what is opened with the private half of a pair, and random bytes.</summary>
internal static class RawCommands
{
    private static readonly Option<string?> PlaintextFile = Commands.Text(
        "--plaintext-file", "FILE", "The plaintext; - for standard input or output.");

    private static readonly Option<string?> CiphertextFile = Commands.Text(
        "--ciphertext-file", "FILE", "The ciphertext; - for standard input or output.");

    private static readonly Option<string?> VectorFile = Commands.Text("--initialization-vector-file", "FILE",
        "The initialization vector: read, or where the server makes it, written.");

    private static readonly Option<string?> AadFile = Commands.Text("--additional-authenticated-data-file", "FILE",
        "Bytes that the ciphertext is bound to (AES-GCM).");

    private static readonly Option<string?> SecretFile = Commands.Text(
        "--shared-secret-file", "FILE", "The shared secret; - for standard output.");

    private static readonly Option<string?> OutputFile = Commands.Text(
        "--output-file", "FILE", "The bytes; - for standard output.");

    private static readonly Option<int> Length = new("--length")
    {
        HelpName = "N", Description = "How many bytes, 8 to 1024.", DefaultValueFactory = _ => 32,
    };

    public static IEnumerable<Command> Build() =>
    [
        Commands.Make("raw-encrypt", "Encrypt in a standard mode, without Keyward's format around it.",
            ["keyward raw-encrypt --key disk --keyring shop --plaintext-file p --ciphertext-file c " +
                "--initialization-vector-file iv"],
            "gcloud kms raw-encrypt", EncryptAsync, Names.Key, Names.KeyRing, Names.Version, PlaintextFile,
            CiphertextFile, VectorFile, AadFile, UseCommands.Base64),
        Commands.Make("raw-decrypt", "Decrypt what was encrypted in a standard mode.",
            ["keyward raw-decrypt --key disk --keyring shop --ciphertext-file c --initialization-vector-file iv " +
                "--plaintext-file -"],
            "gcloud kms raw-decrypt", DecryptAsync, Names.Key, Names.KeyRing, Names.Version, CiphertextFile,
            PlaintextFile, VectorFile, AadFile, UseCommands.Base64),
        Commands.Make("asymmetric-decrypt", "Decrypt what was encrypted to a key's public half (RSA-OAEP).",
            ["keyward asymmetric-decrypt --key inbox --keyring shop --ciphertext-file c --plaintext-file -"],
            "gcloud kms asymmetric-decrypt; aws kms decrypt", OpenAsync, Names.Key, Names.KeyRing, Names.Version,
            CiphertextFile, PlaintextFile, UseCommands.Base64),
        Commands.Make("decapsulate", "Give the shared secret that was encapsulated to a key (ML-KEM, X-Wing).",
            ["keyward decapsulate --key agree --keyring shop --ciphertext-file c --shared-secret-file s"],
            "gcloud kms decapsulate", DecapsulateAsync, Names.Key, Names.KeyRing, Names.Version, CiphertextFile,
            SecretFile, UseCommands.Base64),
        Commands.Make("random", "Draw random bytes on the server.",
            ["keyward random --length 32 --output-file seed"], "gcloud kms generate-random-bytes",
            RandomAsync, Length, OutputFile, UseCommands.Base64),
    ];

    private static async Task EncryptAsync(Session session)
    {
        UseCommands.RefuseTwoInputs(session.Get(PlaintextFile) ?? "-", session.Get(AadFile));
        var vector = session.Get(VectorFile);
        var isGiven = vector is not null && File.Exists(vector);
        var request = new RawEncryptRequest
        {
            Plaintext = ByteString.CopyFrom(ByteFiles.Read(session.Get(PlaintextFile), PlaintextFile.Name, false)),
            AdditionalAuthenticatedData = Optional(session, AadFile),
            InitializationVector = isGiven ? Optional(session, VectorFile) : ByteString.Empty,
            Name = await Existing.NewestVersionAsync(session).ConfigureAwait(false),
        };
        var response = await session.Server.Keys.RawEncryptAsync(request, cancellationToken: session.Cancellation);
        if (vector is not null && !isGiven) ByteFiles.Write(vector, response.InitializationVector.Span, false);
        if (session.Get(CiphertextFile) is { } file)
        {
            // Without it the ciphertext cannot be opened.
            if (vector is null)
                session.Note("Initialization vector (base64): " + response.InitializationVector.ToBase64());
            ByteFiles.Write(file, response.Ciphertext.Span, session.Get(UseCommands.Base64));
            return;
        }

        session.Output.Write(new JsonObject
        {
            ["name"] = response.Name,
            ["ciphertext"] = response.Ciphertext.ToBase64(),
            ["initializationVector"] = response.InitializationVector.ToBase64(),
            ["tagLength"] = response.TagLength,
        });
    }

    private static async Task DecryptAsync(Session session)
    {
        UseCommands.RefuseTwoInputs(session.Get(CiphertextFile) ?? "-", session.Get(AadFile));
        if (session.Get(VectorFile) is null)
            throw new UsageException("The initialization vector is missing.",
                "Name it: --initialization-vector-file FILE");
        var request = new RawDecryptRequest
        {
            Ciphertext = ReadCiphertext(session),
            AdditionalAuthenticatedData = Optional(session, AadFile),
            InitializationVector = Optional(session, VectorFile),
            Name = await Existing.NewestVersionAsync(session).ConfigureAwait(false),
        };
        var response = await session.Server.Keys.RawDecryptAsync(request, cancellationToken: session.Cancellation);
        UseCommands.GivePlaintext(session, PlaintextFile, response.Plaintext);
    }

    private static async Task OpenAsync(Session session)
    {
        var request = new AsymmetricDecryptRequest
        {
            Ciphertext = ReadCiphertext(session),
            Name = await Existing.NewestVersionAsync(session).ConfigureAwait(false),
        };
        var response = await session.Server.Keys.AsymmetricDecryptAsync(
            request, cancellationToken: session.Cancellation);
        UseCommands.GivePlaintext(session, PlaintextFile, response.Plaintext);
    }

    private static async Task DecapsulateAsync(Session session)
    {
        var request = new DecapsulateRequest
        {
            Ciphertext = ReadCiphertext(session),
            Name = await Existing.NewestVersionAsync(session).ConfigureAwait(false),
        };
        var response = await session.Server.Keys.DecapsulateAsync(request, cancellationToken: session.Cancellation);
        UseCommands.Give(session, SecretFile, response.SharedSecret, response.Name, "sharedSecret");
    }

    private static async Task RandomAsync(Session session)
    {
        var length = session.Get(Length);
        if (length is < 8 or > 1024)
            throw new UsageException($"--length {length} is not 8 to 1024.");
        var response = await session.Server.Keys.GenerateRandomBytesAsync(new GenerateRandomBytesRequest
        {
            Location = Names.LocationOf(session), LengthBytes = length,
        }, cancellationToken: session.Cancellation);
        UseCommands.Give(session, OutputFile, response.Data, null, "data");
    }

    private static ByteString ReadCiphertext(Session session) => ByteString.CopyFrom(ByteFiles.ReadResult(
        session.Get(CiphertextFile), CiphertextFile.Name, session.Get(UseCommands.Base64), "ciphertext"));

    private static ByteString Optional(Session session, Option<string?> option) =>
        ByteString.CopyFrom(ByteFiles.ReadOptional(session.Get(option), option.Name, false));
}

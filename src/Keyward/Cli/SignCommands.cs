using System.CommandLine;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>Signatures and MACs.</summary>
internal static class SignCommands
{
    private static readonly Option<string?> InputFile = Commands.Text(
        "--input-file", "FILE", "What is signed; - for standard input.");

    private static readonly Option<string?> DigestFile = Commands.Text(
        "--digest-file", "FILE", "Its digest instead of itself, as bytes; needs --digest-algorithm.");

    private static readonly Option<string?> DigestAlgorithm = Commands.Text("--digest-algorithm", "NAME",
        "Hash the input here and send its digest alone, of whatever size it is; or what --digest-file holds. One of " +
        "sha256, sha384, sha512, external-mu.");

    private static readonly Option<string?> SignatureFile = Commands.Text(
        "--signature-file", "FILE", "The signature; - for standard output or input.");

    private static readonly Option<bool> IsVerifying = Commands.Flag(
        "--verify", "Check the MAC in --signature-file; exit 1 if it does not hold.");

    static SignCommands() => DigestAlgorithm.AcceptOnlyFromAmong("sha256", "sha384", "sha512", "external-mu");

    public static IEnumerable<Command> Build() =>
    [
        Commands.Make("sign", "Sign a message, or its digest.",
            ["keyward sign --key release --keyring shop --input-file app.tar --digest-algorithm sha256 " +
                "--signature-file app.sig"],
            "gcloud kms asymmetric-sign; aws kms sign", SignAsync, Names.Key, Names.KeyRing, Names.Version, InputFile,
            DigestFile, DigestAlgorithm, SignatureFile, UseCommands.Base64),
        Commands.Make("verify", "Check a signature; exit 1 if it does not hold.",
            ["keyward verify --key release --keyring shop --input-file app.tar --digest-algorithm sha256 " +
                "--signature-file app.sig"],
            "aws kms verify", VerifyAsync, Names.Key, Names.KeyRing, Names.Version, InputFile, DigestFile,
            DigestAlgorithm, SignatureFile, UseCommands.Base64),
        Commands.Make("mac", "Make a MAC, or check one.",
            ["keyward mac --key cookies --keyring shop --input-file body --signature-file body.mac",
             "keyward mac --verify --key cookies --keyring shop --input-file body --signature-file body.mac"],
            "gcloud kms mac-sign, mac-verify; aws kms generate-mac", MacAsync, Names.Key, Names.KeyRing, Names.Version,
            InputFile, SignatureFile, IsVerifying, UseCommands.Base64),
    ];

    private static async Task SignAsync(Session session)
    {
        var name = await Existing.NewestVersionAsync(session).ConfigureAwait(false);
        var (kind, bytes) = InputOf(session);
        var request = new AsymmetricSignRequest { Name = name };
        switch (kind)
        {
            case "sha256": request.Digest = new Digest { Sha256 = bytes }; break;
            case "sha384": request.Digest = new Digest { Sha384 = bytes }; break;
            case "sha512": request.Digest = new Digest { Sha512 = bytes }; break;
            case "external-mu": request.Digest = new Digest { ExternalMu = bytes }; break;
            default: request.Data = bytes; break;
        }

        var response = await session.Server.Keys.AsymmetricSignAsync(request, cancellationToken: session.Cancellation);
        UseCommands.Give(session, SignatureFile, response.Signature, response.Name, "signature");
    }

    private static async Task VerifyAsync(Session session)
    {
        var signature = SignatureOf(session);
        var name = await Existing.NewestVersionAsync(session).ConfigureAwait(false);
        var (kind, bytes) = InputOf(session);
        var request = new VerifyRequest { Name = name, Signature = signature };
        switch (kind)
        {
            case "sha256": request.Sha256 = bytes; break;
            case "sha384": request.Sha384 = bytes; break;
            case "sha512": request.Sha512 = bytes; break;
            case "external-mu": request.ExternalMu = bytes; break;
            default: request.Data = bytes; break;
        }

        var response = await session.Server.Signatures.VerifyAsync(request, cancellationToken: session.Cancellation);
        Judge(session, response.Name, response.Valid, "signature");
    }

    private static async Task MacAsync(Session session)
    {
        var isVerifying = session.Get(IsVerifying);
        var mac = isVerifying ? SignatureOf(session) : ByteString.Empty;
        var name = await Existing.NewestVersionAsync(session).ConfigureAwait(false);
        var data = ByteString.CopyFrom(ByteFiles.Read(session.Get(InputFile), InputFile.Name, false));
        if (!isVerifying)
        {
            var made = await session.Server.Keys.MacSignAsync(
                new MacSignRequest { Name = name, Data = data }, cancellationToken: session.Cancellation);
            UseCommands.Give(session, SignatureFile, made.Mac, made.Name, "mac");
            return;
        }

        var response = await session.Server.Keys.MacVerifyAsync(
            new MacVerifyRequest { Name = name, Data = data, Mac = mac }, cancellationToken: session.Cancellation);
        Judge(session, response.Name, response.Success, "MAC");
    }

    private static void Judge(Session session, string name, bool holds, string what)
    {
        session.Output.Write(new JsonObject { ["name"] = name, ["valid"] = holds });
        if (!holds) throw new FailedException($"The {what} does not hold.");
    }

    private static ByteString SignatureOf(Session session)
    {
        var file = session.Get(SignatureFile) ?? throw new UsageException(
            "Nothing to check.", "Name the signature: --signature-file FILE");
        UseCommands.RefuseTwoInputs(file, session.Get(InputFile) ?? (session.Get(DigestFile) is null ? "-" : null));
        return ByteString.CopyFrom(ByteFiles.ReadResult(
            file, SignatureFile.Name, session.Get(UseCommands.Base64), "signature", "mac"));
    }

    /// <summary>What is signed, and how it is called: nothing for the message itself.</summary>
    private static (string? Kind, ByteString Bytes) InputOf(Session session)
    {
        var kind = session.Get(DigestAlgorithm);
        if (session.Get(DigestFile) is { } digest)
        {
            if (kind is null) throw new UsageException("The digest's kind is missing.", "Give it: --digest-algorithm");
            if (session.Get(InputFile) is not null)
                throw new UsageException("--input-file and --digest-file exclude each other.");
            return (kind, ByteString.CopyFrom(ByteFiles.Read(digest, DigestFile.Name, false)));
        }

        var file = session.Get(InputFile);
        return kind switch
        {
            null => (null, ByteString.CopyFrom(ByteFiles.Read(file, InputFile.Name, false))),
            "external-mu" => throw new UsageException(
                "An external mu cannot be computed here.", "Give it: --digest-file FILE"),
            _ => (kind, ByteString.CopyFrom(ByteFiles.Hash(file, InputFile.Name,
                new HashAlgorithmName(kind.ToUpperInvariant())))),
        };
    }
}

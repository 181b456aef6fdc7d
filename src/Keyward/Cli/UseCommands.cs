using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Google.Cloud.Kms.V1;
using Google.Protobuf;

namespace Keyward.Cli;

internal static class UseCommands
{
    private static readonly Option<string?> PlaintextFile = Commands.Text(
        "--plaintext-file", "FILE", "The plaintext; - for standard input or output.");

    private static readonly Option<string?> CiphertextFile = Commands.Text(
        "--ciphertext-file", "FILE", "The ciphertext; - for standard input or output.");

    private static readonly Option<string?> AadFile = Commands.Text("--additional-authenticated-data-file", "FILE",
        "Bytes that the ciphertext is bound to: decryption needs the same.");

    public static readonly Option<bool> Base64 = Commands.Flag("--base64",
        "The file of the ciphertext, signature or other result is base64 text.");

    public static IEnumerable<Command> Build() =>
    [
        Commands.Make("encrypt", "Encrypt up to 64 KiB.",
            ["echo hello | keyward encrypt --key orders --keyring shop --plaintext-file - --ciphertext-file hello.enc",
             "echo hello | keyward encrypt --key orders --keyring shop"],
            "gcloud kms encrypt; aws kms encrypt", EncryptAsync, Names.Key, Names.KeyRing, Names.Version, PlaintextFile,
            CiphertextFile, AadFile, Base64),
        Commands.Make("decrypt", "Decrypt what encrypt gave.",
            ["keyward decrypt --key orders --keyring shop --ciphertext-file hello.enc --plaintext-file -"],
            "gcloud kms decrypt; aws kms decrypt", DecryptAsync, Names.Key, Names.KeyRing, CiphertextFile,
                PlaintextFile,
            AadFile, Base64),
    ];

    private static async Task EncryptAsync(Session session)
    {
        var name = Names.KeyOf(session, session.Get(Names.Key));
        if (session.Get(Names.Version) is { } version) name += "/cryptoKeyVersions/" + version;
        RefuseTwoInputs(session.Get(PlaintextFile), session.Get(AadFile));
        var response = await session.Server.Keys.EncryptAsync(new EncryptRequest
        {
            Name = name,
            Plaintext = ByteString.CopyFrom(ByteFiles.Read(session.Get(PlaintextFile), "--plaintext-file", false)),
            AdditionalAuthenticatedData = ByteString.CopyFrom(
                ByteFiles.ReadOptional(session.Get(AadFile), AadFile.Name, false)),
        }, cancellationToken: session.Cancellation);
        if (session.Get(CiphertextFile) is { } file)
            ByteFiles.Write(file, response.Ciphertext.Span, session.Get(Base64));
        else
            session.Output.Write(new JsonObject
            {
                ["name"] = response.Name, ["ciphertext"] = response.Ciphertext.ToBase64(),
            });
    }

    private static async Task DecryptAsync(Session session)
    {
        RefuseTwoInputs(session.Get(CiphertextFile), session.Get(AadFile));
        var response = await session.Server.Keys.DecryptAsync(new DecryptRequest
        {
            Name = Names.KeyOf(session, session.Get(Names.Key)),
            Ciphertext = ByteString.CopyFrom(ByteFiles.ReadResult(
                session.Get(CiphertextFile), CiphertextFile.Name, session.Get(Base64), "ciphertext")),
            AdditionalAuthenticatedData = ByteString.CopyFrom(
                ByteFiles.ReadOptional(session.Get(AadFile), AadFile.Name, false)),
        }, cancellationToken: session.Cancellation);
        GivePlaintext(session, PlaintextFile, response.Plaintext,
            new JsonObject { ["usedPrimary"] = response.UsedPrimary });
    }

    /// <summary>Bytes to the file that an option names, or in the result.</summary>
    public static void Give(Session session, Option<string?> option, ByteString bytes, string? name, string field)
    {
        if (session.Get(option) is { } file)
        {
            ByteFiles.Write(file, bytes.Span, session.Get(Base64));
            return;
        }

        var result = new JsonObject();
        if (name is not null) result["name"] = name;
        result[field] = bytes.ToBase64();
        session.Output.Write(result);
    }

    /// <summary>The same for a plaintext: a printable one is shown as it is.</summary>
    public static void GivePlaintext(
        Session session, Option<string?> option, ByteString plaintext, JsonObject? result = null)
    {
        if (session.Get(option) is { } file)
        {
            ByteFiles.Write(file, plaintext.Span, false);
            return;
        }

        result ??= [];
        result["plaintext"] = session.Output.IsJson || !ByteFiles.IsPrintable(plaintext.Span)
            ? plaintext.ToBase64()
            : Encoding.UTF8.GetString(plaintext.Span);
        session.Output.Write(result);
    }

    public static void RefuseTwoInputs(string? first, string? second)
    {
        if (first == "-" && second == "-") throw new UsageException("Only one file can be standard input.");
    }
}

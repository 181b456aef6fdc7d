using System.CommandLine;
using Google.Cloud.Kms.V1;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using WireFormat = Google.Cloud.Kms.V1.PublicKey.Types.PublicKeyFormat;
using WireState = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionState;

namespace Keyward.Cli;

internal static class VersionCommands
{
    private static readonly Argument<string> Number = Commands.Name("version",
        "The version's number, or its full name.");
    private static readonly Option<bool> Yes = Commands.Flag("--yes", "Answer yes to the question.");

    private static readonly Option<bool> Primary = Commands.Flag("--primary",
        "Let new data be encrypted under it at once.");

    private static readonly Option<string?> OutputFile = Commands.Text(
        "--output-file", "FILE", "The public key; - for standard output.");

    private static readonly Option<string?> Format = Commands.Text("--public-key-format", "FORMAT",
        "One of pem, der, nist-pqc, xwing-raw-bytes. Left out: PEM, and the standard's own form of post-quantum keys.");

    static VersionCommands() => Format.AcceptOnlyFromAmong("pem", "der", "nist-pqc", "xwing-raw-bytes");

    public static Command Build() => Commands.Group("version", "Versions of a key: the material itself.",
        Commands.Make("create", "Make a new version of a key; the primary stays the one it was.",
            ["keyward version create --key orders --keyring shop --primary"], "gcloud kms keys versions create",
            CreateAsync, Names.Key, Names.KeyRing, Primary),
        Commands.Make("list", "List the versions of a key.", ["keyward version list --key orders --keyring shop"],
            "gcloud kms keys versions list", ListAsync, Names.Key, Names.KeyRing),
        Commands.Make("describe", "Show a version.",
            ["keyward version describe 1 --key orders --keyring shop --field state"],
            "gcloud kms keys versions describe",
            async s => s.Output.Write(await Provenances.WithAsync(s, await s.Server.Keys.GetCryptoKeyVersionAsync(
                new GetCryptoKeyVersionRequest { Name = Names.VersionOf(s, s.Get(Number)) },
                cancellationToken: s.Cancellation)).ConfigureAwait(false)), Number, Names.Key, Names.KeyRing),
        Provenances.Build(Number), UsageCommands.BuildVersion(Number, Names.Key, Names.KeyRing),
        Commands.Make("enable", "Let a version be used again.",
            ["keyward version enable 1 --key orders --keyring shop"],
            "gcloud kms keys versions enable", s => SetAsync(s, WireState.Enabled), Number, Names.Key, Names.KeyRing),
        Commands.Make("disable", "Refuse every use of a version from the next request on.",
            ["keyward version disable 1 --key orders --keyring shop"], "gcloud kms keys versions disable",
            s => SetAsync(s, WireState.Disabled), Number, Names.Key, Names.KeyRing),
        Commands.Make("destroy", "Schedule a version for destruction; until then it can be restored.",
            ["keyward version destroy 1 --key orders --keyring shop --yes"], "gcloud kms keys versions destroy",
            DestroyAsync, Number, Names.Key, Names.KeyRing, Yes),
        Commands.Make("restore", "Take back a scheduled destruction; the version is then disabled.",
            ["keyward version restore 1 --key orders --keyring shop"], "gcloud kms keys versions restore", RestoreAsync,
            Number, Names.Key, Names.KeyRing),
        Commands.Make("delete", "Delete, for ever, a version whose material is gone and that was never imported.",
            ["keyward version delete 1 --key orders --keyring shop"], "gcloud kms keys versions delete",
            async s => s.Output.Write(await s.Server.Keys.DeleteCryptoKeyVersionAsync(
                new DeleteCryptoKeyVersionRequest { Name = Names.VersionOf(s, s.Get(Number)) },
                cancellationToken: s.Cancellation)), Number, Names.Key, Names.KeyRing),
        Commands.Make("set-primary", "Let new data be encrypted under this version.",
            ["keyward version set-primary 2 --key orders --keyring shop"], "gcloud kms keys set-primary-version",
            SetPrimaryAsync, Number, Names.Key, Names.KeyRing),
        Commands.Make("public-key", "Give a version's public half.",
            ["keyward version public-key 1 --key release --keyring shop --output-file release.pem"],
            "gcloud kms keys versions get-public-key; aws kms get-public-key", PublicKeyAsync,
            Number, Names.Key, Names.KeyRing, OutputFile, Format, UseCommands.Base64)).WithAlias("versions");

    public static Task<List<CryptoKeyVersion>> AllAsync(Session session, string key) => Existing.AllAsync(
        async token => await session.Server.Keys.ListCryptoKeyVersionsAsync(
            new ListCryptoKeyVersionsRequest { Parent = key, PageToken = token, PageSize = 1_000 },
            cancellationToken: session.Cancellation), p => p.CryptoKeyVersions, p => p.NextPageToken);

    public static AsyncUnaryCall<CryptoKeyVersion> Make(Session session, string key) =>
        session.Server.Keys.CreateCryptoKeyVersionAsync(
            new CreateCryptoKeyVersionRequest { Parent = key, CryptoKeyVersion = new CryptoKeyVersion() },
            cancellationToken: session.Cancellation);

    public static AsyncUnaryCall<CryptoKey> MakePrimary(Session session, string version)
    {
        var at = version.LastIndexOf("/cryptoKeyVersions/", StringComparison.Ordinal);
        return session.Server.Keys.UpdateCryptoKeyPrimaryVersionAsync(
            new UpdateCryptoKeyPrimaryVersionRequest
            {
                Name = version[..at], CryptoKeyVersionId = version[(at + "/cryptoKeyVersions/".Length)..],
            }, cancellationToken: session.Cancellation);
    }

    private static async Task CreateAsync(Session session)
    {
        var version = await Make(session, Names.KeyOf(session, session.Get(Names.Key)));
        if (session.Get(Primary)) await MakePrimary(session, version.Name);
        session.Output.Write(version);
    }

    private static async Task ListAsync(Session session) => session.Output.WriteList(
        await AllAsync(session, Names.KeyOf(session, session.Get(Names.Key))).ConfigureAwait(false), "",
        "name", "state", "algorithm", "createTime");

    private static async Task SetAsync(Session session, WireState state)
    {
        var name = Names.VersionOf(session, session.Get(Number));
        var before = await session.Server.Keys.GetCryptoKeyVersionAsync(
            new GetCryptoKeyVersionRequest { Name = name }, cancellationToken: session.Cancellation);
        var version = await session.Server.Keys.UpdateCryptoKeyVersionAsync(new UpdateCryptoKeyVersionRequest
        {
            CryptoKeyVersion = new CryptoKeyVersion { Name = name, State = state },
            UpdateMask = new FieldMask { Paths = { "state" } },
        }, cancellationToken: session.Cancellation);
        var result = Output.Json(version);
        result["changed"] = before.State != version.State;
        session.Output.Write(result);
        if (state == WireState.Disabled) session.Note($"Undo: keyward version enable {name}");
    }

    private static async Task DestroyAsync(Session session)
    {
        var name = Names.VersionOf(session, session.Get(Number));
        if (!session.Get(Yes) && !Console.IsInputRedirected && !Console.IsOutputRedirected)
        {
            Console.Error.Write($"Schedule the destruction of {name} at {session.Settings.Address}? [y/N] ");
            if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes")) throw new FailedException("Nothing was done.");
        }

        session.Output.Write(await session.Server.Keys.DestroyCryptoKeyVersionAsync(
            new DestroyCryptoKeyVersionRequest { Name = name }, cancellationToken: session.Cancellation));
        session.Note($"Undo until then: keyward version restore {name}");
    }

    private static async Task RestoreAsync(Session session)
    {
        var name = Names.VersionOf(session, session.Get(Number));
        session.Output.Write(await session.Server.Keys.RestoreCryptoKeyVersionAsync(
            new RestoreCryptoKeyVersionRequest { Name = name }, cancellationToken: session.Cancellation));
        session.Note($"It is disabled. To use it: keyward version enable {name}");
    }

    private static async Task PublicKeyAsync(Session session)
    {
        var name = Names.VersionOf(session, session.Get(Number));
        var format = session.Get(Format) switch
        {
            "pem" => WireFormat.Pem,
            "der" => WireFormat.Der,
            "nist-pqc" => WireFormat.NistPqc,
            "xwing-raw-bytes" => WireFormat.XwingRawBytes,
            _ => await UsualFormatAsync(session, name).ConfigureAwait(false),
        };
        var key = await session.Server.Keys.GetPublicKeyAsync(
            new GetPublicKeyRequest { Name = name, PublicKeyFormat = format }, cancellationToken: session.Cancellation);
        if (session.Get(OutputFile) is { } file)
            ByteFiles.Write(file, key.PublicKey_.Data.Span, session.Get(UseCommands.Base64));
        else session.Output.Write(key);
    }

    private static async Task<WireFormat> UsualFormatAsync(Session session, string name)
    {
        var version = await session.Server.Keys.GetCryptoKeyVersionAsync(
            new GetCryptoKeyVersionRequest { Name = name }, cancellationToken: session.Cancellation);
        var algorithm = version.Algorithm.ToString();
        return algorithm.Contains("Xwing", StringComparison.Ordinal) ? WireFormat.XwingRawBytes
            : algorithm.StartsWith("MlKem", StringComparison.Ordinal)
                || algorithm.StartsWith("PqSign", StringComparison.Ordinal) ? WireFormat.NistPqc
            : WireFormat.Pem;
    }

    private static async Task SetPrimaryAsync(Session session) => session.Output.Write(
        await MakePrimary(session, Names.VersionOf(session, session.Get(Number))));
}

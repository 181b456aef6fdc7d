using System.CommandLine;
using Google.Cloud.Kms.V1;
using Google.Protobuf.WellKnownTypes;
using WireState = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionState;

namespace Keyward.Cli;

internal static class VersionCommands
{
    private static readonly Argument<string> Number = Commands.Name("version",
        "The version's number, or its full name.");
    private static readonly Option<bool> Yes = Commands.Flag("--yes", "Answer yes to the question.");

    public static Command Build() => Commands.Group("version", "Versions of a key: the material itself.",
        Commands.Make("list", "List the versions of a key.", ["keyward version list --key orders --keyring shop"],
            "gcloud kms keys versions list", ListAsync, Names.Key, Names.KeyRing),
        Commands.Make("describe", "Show a version.",
            ["keyward version describe 1 --key orders --keyring shop --field state"],
            "gcloud kms keys versions describe",
            async s => s.Output.Write(await Provenances.WithAsync(s, await s.Server.Keys.GetCryptoKeyVersionAsync(
                new GetCryptoKeyVersionRequest { Name = Names.VersionOf(s, s.Get(Number)) },
                cancellationToken: s.Cancellation)).ConfigureAwait(false)), Number, Names.Key, Names.KeyRing),
        Provenances.Build(Number),
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
        Commands.Make("set-primary", "Let new data be encrypted under this version.",
            ["keyward version set-primary 2 --key orders --keyring shop"], "gcloud kms keys set-primary-version",
            SetPrimaryAsync, Number, Names.Key, Names.KeyRing)).WithAlias("versions");

    public static Task<List<CryptoKeyVersion>> AllAsync(Session session, string key) => Existing.AllAsync(
        async token => await session.Server.Keys.ListCryptoKeyVersionsAsync(
            new ListCryptoKeyVersionsRequest { Parent = key, PageToken = token, PageSize = 1_000 },
            cancellationToken: session.Cancellation), p => p.CryptoKeyVersions, p => p.NextPageToken);

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

    private static async Task SetPrimaryAsync(Session session)
    {
        var name = Names.VersionOf(session, session.Get(Number));
        var at = name.LastIndexOf("/cryptoKeyVersions/", StringComparison.Ordinal);
        session.Output.Write(await session.Server.Keys.UpdateCryptoKeyPrimaryVersionAsync(
            new UpdateCryptoKeyPrimaryVersionRequest
            {
                Name = name[..at], CryptoKeyVersionId = name[(at + "/cryptoKeyVersions/".Length)..],
            }, cancellationToken: session.Cancellation));
    }
}

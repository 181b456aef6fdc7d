using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Cloud.Kms.V1;
using Google.Protobuf.WellKnownTypes;
using Keyward.Server.Settings;
using Option = System.CommandLine.Option;

namespace Keyward.Cli;

internal static class KeyCommands
{
    private static readonly Argument<string> KeyName = Commands.Name("key", "The key: short with --keyring, or full.");
    private static readonly Option<string> Purpose = new("--purpose")
    {
        HelpName = "PURPOSE",
        Description = "encryption, raw-encryption, asymmetric-signing, asymmetric-encryption, mac, key-encapsulation.",
        DefaultValueFactory = _ => "encryption",
    };

    private static readonly Option<string?> Algorithm = Commands.Text("--default-algorithm", "ALGORITHM",
        "The algorithm of its versions, such as ec-sign-p256-sha256; every purpose but encryption needs it.");

    private static readonly Option<string?> RotationPeriod = Commands.Text("--rotation-period", "90d",
        "How often it rotates.");
    private static readonly Option<string?> NextRotation = Commands.Text("--next-rotation-time", "TIME",
        "When it rotates next.");

    private static readonly Option<string?> DestroyDuration = Commands.Text(
        "--destroy-scheduled-duration", "30d", "How long a version waits for its destruction.");

    private static readonly Option<string?> Labels = Commands.Text("--labels", "K=V,…", "Labels.");
    private static readonly Option<string?> RemoveLabels = Commands.Text("--remove-labels", "K,…",
        "Labels to take away.");
    private static readonly Option<bool> SkipInitial = Commands.Flag("--skip-initial-version",
        "Make no first version.");
    private static readonly Option<bool> ImportOnly = Commands.Flag("--import-only",
        "Only imported versions, ever; none is made at first.");
    private static readonly Option<bool> NoPrimary = Commands.Flag("--no-primary",
        "Do not make the new version primary.");
    private static readonly Option<string?> Filter = Commands.Text("--filter", "EXPRESSION", "Google's list filter.");
    private static readonly Option<string?> SortBy = Commands.Text("--sort-by", "FIELDS", "Fields with asc or desc.");

    public static Command Build() => Commands.Group("key", "Keys: stable names with versions of material.",
        Commands.Make("create", "Make a key and its first version.",
            ["keyward key create orders --keyring shop --location us-east-1 --purpose encryption",
             "keyward key create release --keyring shop --purpose asymmetric-signing " +
                "--default-algorithm ec-sign-p256-sha256"],
            "gcloud kms keys create; aws kms create-key", CreateAsync, KeyName, Names.KeyRing, Purpose, Algorithm,
            RotationPeriod, NextRotation, DestroyDuration, Labels, SkipInitial, ImportOnly,
            KeyRingCommands.IfNotExists),
        Commands.Make("list", "List the keys of a key ring.", ["keyward key list --keyring shop"],
            "gcloud kms keys list", ListAsync, Names.KeyRing, Filter, SortBy),
        Commands.Make("describe", "Show a key and how its versions stand.",
            ["keyward key describe orders --keyring shop"],
            "gcloud kms keys describe; aws kms describe-key", DescribeAsync, KeyName, Names.KeyRing),
        UsageCommands.BuildKey(KeyName, Names.KeyRing),
        Commands.Make("update", "Change labels, rotation and the algorithm of new versions.",
            ["keyward key update orders --keyring shop --rotation-period 30d",
             "keyward key update orders --keyring shop --labels team=shop --remove-labels old"],
            "gcloud kms keys update", UpdateAsync, KeyName, Names.KeyRing, Algorithm, RotationPeriod, NextRotation,
            Labels, RemoveLabels),
        KeyImport.Build(),
        Commands.Make("rotate", "Make a new version and let new data be encrypted under it.",
            ["keyward key rotate orders --keyring shop"], "aws kms rotate-key-on-demand", RotateAsync, KeyName,
            Names.KeyRing, NoPrimary)).WithAlias("keys");

    private static async Task CreateAsync(Session session)
    {
        var name = Names.KeyOf(session, session.Get(KeyName));
        var at = name.LastIndexOf("/cryptoKeys/", StringComparison.Ordinal);
        var key = new CryptoKey
        {
            Purpose = AlgorithmWords.Purpose(session.Get(Purpose)),
            ImportOnly = session.Get(ImportOnly),
        };
        if (session.Get(Algorithm) is { } algorithm)
            key.VersionTemplate = new CryptoKeyVersionTemplate { Algorithm = AlgorithmWords.Algorithm(algorithm) };
        SetRotation(session, key);
        if (session.Get(DestroyDuration) is { } destroy) key.DestroyScheduledDuration = Duration(destroy,
            DestroyDuration);
        foreach (var (label, value) in LabelsOf(session.Get(Labels))) key.Labels[label] = value;
        var made = await Existing.OrMadeAsync(session, session.Get(KeyRingCommands.IfNotExists),
            () => session.Server.Keys.CreateCryptoKeyAsync(new CreateCryptoKeyRequest
            {
                Parent = name[..at], CryptoKeyId = name[(at + "/cryptoKeys/".Length)..], CryptoKey = key,
                SkipInitialVersionCreation = session.Get(SkipInitial) || session.Get(ImportOnly),
            }, cancellationToken: session.Cancellation), () => Get(session, name)).ConfigureAwait(false);
        session.Output.Write(made);
    }

    private static async Task ListAsync(Session session)
    {
        var keys = await Existing.AllAsync(async token => await session.Server.Keys.ListCryptoKeysAsync(
            new ListCryptoKeysRequest
            {
                Parent = Names.RingOf(session, session.Get(Names.KeyRing)), PageToken = token, PageSize = 1_000,
                Filter = session.Get(Filter) ?? "", OrderBy = session.Get(SortBy) ?? "",
            }, cancellationToken: session.Cancellation), p => p.CryptoKeys, p => p.NextPageToken).ConfigureAwait(false);
        session.Output.WriteList(keys, "", "name", "purpose", "primary.name", "primary.state");
    }

    private static async Task DescribeAsync(Session session)
    {
        var name = Names.KeyOf(session, session.Get(KeyName));
        var key = Output.Json(await Get(session, name));
        var versions = await VersionCommands.AllAsync(session, name).ConfigureAwait(false);
        var byState = new JsonObject();
        foreach (var group in versions.GroupBy(v => Output.Json(v)["state"]!.GetValue<string>()))
            byState[group.Key] = group.Count();
        key["versionsByState"] = byState;
        session.Output.Write(key);
    }

    private static async Task UpdateAsync(Session session)
    {
        var name = Names.KeyOf(session, session.Get(KeyName));
        var key = new CryptoKey { Name = name };
        var mask = new FieldMask();
        SetRotation(session, key);
        if (session.Get(Algorithm) is { } algorithm)
        {
            mask.Paths.Add("version_template.algorithm");
            key.VersionTemplate = new CryptoKeyVersionTemplate { Algorithm = AlgorithmWords.Algorithm(algorithm) };
        }

        if (key.RotationPeriod is not null) mask.Paths.Add("rotation_period");
        if (key.NextRotationTime is not null) mask.Paths.Add("next_rotation_time");
        if (session.Get(Labels) is not null || session.Get(RemoveLabels) is not null)
        {
            mask.Paths.Add("labels");
            foreach (var (label, value) in (await Get(session, name)).Labels) key.Labels[label] = value;
            foreach (var (label, value) in LabelsOf(session.Get(Labels))) key.Labels[label] = value;
            foreach (var label in session.Get(RemoveLabels)?.Split(',') ?? []) key.Labels.Remove(label);
        }

        if (mask.Paths.Count == 0) throw new UsageException("Nothing to change was given.",
            "keyward key update --help");
        session.Output.Write(await session.Server.Keys.UpdateCryptoKeyAsync(
            new UpdateCryptoKeyRequest { CryptoKey = key, UpdateMask = mask },
                cancellationToken: session.Cancellation));
    }

    private static async Task RotateAsync(Session session)
    {
        var name = Names.KeyOf(session, session.Get(KeyName));
        var before = await Get(session, name);
        var old = before.Primary?.Name;
        var version = await VersionCommands.Make(session, name);
        var result = new JsonObject { ["newVersion"] = version.Name, ["oldPrimary"] = old };
        if (before.Purpose == CryptoKey.Types.CryptoKeyPurpose.EncryptDecrypt && !session.Get(NoPrimary))
        {
            var key = await VersionCommands.MakePrimary(session, version.Name);
            result["newPrimary"] = key.Primary.Name;
        }

        session.Output.Write(result);
    }

    private static Grpc.Core.AsyncUnaryCall<CryptoKey> Get(Session session, string name) =>
        session.Server.Keys.GetCryptoKeyAsync(
            new GetCryptoKeyRequest { Name = name }, cancellationToken: session.Cancellation);

    private static void SetRotation(Session session, CryptoKey key)
    {
        if (session.Get(RotationPeriod) is { } period) key.RotationPeriod = Duration(period, RotationPeriod);
        if (session.Get(NextRotation) is { } next) key.NextRotationTime = Times.Parse(next,
            NextRotation.Name).ToTimestamp();
        else if (key.RotationPeriod is { } every)
            key.NextRotationTime = (TimeProvider.System.GetUtcNow() + every.ToTimeSpan()).ToTimestamp();
    }

    private static Duration Duration(string text, Option option) =>
        SettingTable.TryParseDuration(text, out var duration)
            ? duration.ToDuration()
            : throw new UsageException($"{option.Name} must be a duration such as 90d, 12h or 7776000s.");

    private static IEnumerable<(string Label, string Value)> LabelsOf(string? text) =>
        (text?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? []).Select(l =>
            l.Split('=', 2) is [var label, var value]
            ? (label, value)
            : throw new UsageException("Labels have the form KEY=VALUE,KEY=VALUE."));
}

using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;
using Keyward.Server;
using Keyward.Server.Settings;
using Keyward.Vault.Names;

namespace Keyward.Cli;

internal static class AccountCommands
{
    private static readonly Argument<string> AccountName = Commands.Name("name", "The account's short name.");
    private static readonly Argument<string> Email = Commands.Name("email", "The account's e-mail.");
    private static readonly Argument<string> Id = Commands.Name("id", "The credential's id.");
    private static readonly Option<string?> KeyFileOption = Commands.Text("--key-file", "FILE",
        "Make a key file here; - for standard output, which then gets nothing else.");
    private static readonly Option<string?> Account = Commands.Text("--service-account", "EMAIL", "The account.");
    private static readonly Option<string?> ExpiresIn = Commands.Text("--expires-in", "90d",
        "How long it is good for.");
    private static readonly Option<string?> IdleDays = Commands.Text("--idle-days", "90", "Unused for so many days.");
    private static readonly Option<bool> Force = Commands.Flag("--force", "Replace an existing file.");

    public static Command Build() => Commands.Group("service-account", "Service accounts: who may come.",
        Commands.Make("create", "Make an account, and with --key-file its first key file.",
            ["keyward service-account create batch --key-file batch.json"], "gcloud iam service-accounts create",
            CreateAsync, AccountName, KeyFileOption, Force, KeyRingCommands.IfNotExists),
        Commands.Make("list", "List the accounts of a project.", ["keyward service-account list"],
            "gcloud iam service-accounts list", async s => s.Output.WriteList(
                (await s.Server.ServiceAccounts.ListServiceAccountsAsync(
                    new ListServiceAccountsRequest { Parent = "projects/" + s.Settings.Project },
                    cancellationToken: s.Cancellation)).ServiceAccounts, "", "email", "state", "createTime")),
        Commands.Make("describe", "Show an account.", ["keyward service-account describe EMAIL"],
            "gcloud iam service-accounts describe", async s => s.Output.Write(
                await s.Server.ServiceAccounts.GetServiceAccountAsync(
                    new GetServiceAccountRequest { Email = s.Get(Email) }, cancellationToken: s.Cancellation)), Email),
        Commands.Make("disable", "Refuse an account and its tokens from the next request on.",
            ["keyward service-account disable EMAIL"], "gcloud iam service-accounts disable",
            s => SetAsync(s, State.Disabled), Email),
        Commands.Make("enable", "Let a disabled account come again.", ["keyward service-account enable EMAIL"],
            "gcloud iam service-accounts enable", s => SetAsync(s, State.Active), Email),
        Commands.Make("delete", "End an account for good.", ["keyward service-account delete EMAIL"],
            "gcloud iam service-accounts delete", s => SetAsync(s, State.Revoked), Email),
        Commands.Make("stale", "List active key files and access keys that nobody has used for a while.",
            ["keyward service-account stale --idle-days 30"], null, async s => s.Output.WriteList(
                (await s.Server.ServiceAccounts.ListStaleCredentialsAsync(
                    new ListStaleCredentialsRequest
                    {
                        Parent = "projects/" + s.Settings.Project, IdleDays = DaysOf(s.Get(IdleDays)),
                    }, cancellationToken: s.Cancellation)).Credentials,
                "", "email", "id", "kind", "createTime", "lastUseTime"), IdleDays),
        Commands.Group("key", "Key files of an account.",
            Commands.Make("create", "Make a key file; its private half is in it and nowhere else.",
                ["keyward service-account key create EMAIL --key-file FILE --expires-in 90d"],
                "gcloud iam service-accounts keys create", CreateKeyAsync, Email, KeyFileOption, ExpiresIn, Force),
            Commands.Make("list", "List an account's key files.", ["keyward service-account key list EMAIL"],
                "gcloud iam service-accounts keys list", s =>
                    ListAsync(s, s.Get(Email), CredentialKind.KeyFile), Email),
            Commands.Make("revoke", "Refuse a key file, and tokens made with it, from the next request on.",
                ["keyward service-account key revoke EMAIL ID"], "gcloud iam service-accounts keys delete",
                s => SetCredentialAsync(s, s.Get(Email), State.Revoked), Email, Id)));

    public static Command BuildAccessKey() => Commands.Group("access-key", "Access keys, for AWS clients.",
        Commands.Make("create", "Make an access key; its secret is shown this once.",
            ["keyward access-key create --service-account EMAIL"], "aws iam create-access-key", CreateAccessKeyAsync,
            Account),
        Commands.Make("list", "List an account's access keys.", ["keyward access-key list --service-account EMAIL"],
            "aws iam list-access-keys", s => ListAsync(s, Required(s), CredentialKind.AccessKey), Account),
        Commands.Make("disable", "Refuse an access key until it is enabled.",
            ["keyward access-key disable ID --service-account EMAIL"], "aws iam update-access-key",
            s => SetCredentialAsync(s, Required(s), State.Disabled), Id, Account),
        Commands.Make("enable", "Let a disabled access key be used again.",
            ["keyward access-key enable ID --service-account EMAIL"], "aws iam update-access-key",
            s => SetCredentialAsync(s, Required(s), State.Active), Id, Account),
        Commands.Make("delete", "End an access key for good.", ["keyward access-key delete ID --service-account EMAIL"],
            "aws iam delete-access-key", s => SetCredentialAsync(s, Required(s), State.Revoked), Id, Account));

    private static int DaysOf(string? text) => text is null ? 0
        : DecimalNumber.TryParse(text, out int days) && days > 0 ? days
        : throw new UsageException("--idle-days must be a number of days.");

    private static string Required(Session session) =>
        session.Get(Account) ?? throw new UsageException("The account is missing.", "Give it: --service-account EMAIL");

    private static async Task CreateAsync(Session session)
    {
        var file = session.Get(KeyFileOption);
        if (file is not null) RefuseOverwrite(session, file);
        var account = await Existing.OrMadeAsync(session, session.Get(KeyRingCommands.IfNotExists),
            () => session.Server.ServiceAccounts.CreateServiceAccountAsync(new CreateServiceAccountRequest
            {
                Parent = "projects/" + session.Settings.Project, Name = session.Get(AccountName),
            }, cancellationToken: session.Cancellation),
            () => throw new FailedException("The account exists already.",
                "keyward service-account key create EMAIL --key-file FILE")).ConfigureAwait(false);
        var result = Output.Json(account);
        if (file is not null)
        {
            result["privateKeyId"] = await WriteKeyFileAsync(session, account.Email, file, null).ConfigureAwait(false);
            result["keyFile"] = file;
        }

        if (file != "-") session.Output.Write(result);
    }

    private static async Task CreateKeyAsync(Session session)
    {
        var file = session.Get(KeyFileOption) ?? throw new UsageException("The file is missing.",
            "Give it: --key-file FILE");
        RefuseOverwrite(session, file);
        var id = await WriteKeyFileAsync(session, session.Get(Email), file,
            session.Get(ExpiresIn)).ConfigureAwait(false);
        if (file == "-") return;
        session.Output.Write(new JsonObject
        {
            ["email"] = session.Get(Email), ["privateKeyId"] = id, ["keyFile"] = file,
        });
    }

    public static async Task<string> WriteKeyFileAsync(Session session, string email, string path, string? lifetime)
    {
        var request = new CreateKeyFileRequest { Email = email };
        if (lifetime is not null)
            request.Lifetime = SettingTable.TryParseDuration(lifetime, out var span)
                ? span.ToDuration()
                : throw new UsageException("--expires-in must be a duration such as 90d.");
        var made = await session.Server.ServiceAccounts.CreateKeyFileAsync(request,
            cancellationToken: session.Cancellation);
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("type", "service_account");
            json.WriteString("project_id", made.ProjectId);
            json.WriteString("private_key_id", made.PrivateKeyId);
            json.WriteString("private_key", made.PrivateKey);
            json.WriteString("client_email", made.ClientEmail);
            json.WriteString("client_id", made.ClientId);
            json.WriteString("token_uri", $"https://{session.Settings.Address}/token");
            json.WriteString("universe_domain", "googleapis.com");
            json.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        ByteFiles.Write(path, buffer.ToArray(), isBase64: false);
        return made.PrivateKeyId;
    }

    private static async Task CreateAccessKeyAsync(Session session)
    {
        var key = await session.Server.ServiceAccounts.CreateAccessKeyAsync(
            new CreateAccessKeyRequest { Email = Required(session) }, cancellationToken: session.Cancellation);
        session.Output.Write(key);
        session.Note("The secret is shown this once.");
    }

    private static async Task ListAsync(Session session, string email, CredentialKind kind) => session.Output.WriteList(
        (await session.Server.ServiceAccounts.ListCredentialsAsync(
            new ListCredentialsRequest { Email = email, Kind = kind },
                cancellationToken: session.Cancellation)).Credentials,
        "", "id", "state", "createTime", "expireTime", "lastUseTime");

    private static async Task SetAsync(Session session, State state) => session.Output.Write(
        await session.Server.ServiceAccounts.SetServiceAccountStateAsync(
            new SetServiceAccountStateRequest { Email = session.Get(Email), State = state },
            cancellationToken: session.Cancellation));

    private static async Task SetCredentialAsync(Session session, string email, State state) => session.Output.Write(
        await session.Server.ServiceAccounts.SetCredentialStateAsync(
            new SetCredentialStateRequest { Email = email, Id = session.Get(Id), State = state },
            cancellationToken: session.Cancellation));

    private static void RefuseOverwrite(Session session, string file)
    {
        if (File.Exists(file) && !session.Get(Force))
            throw new FailedException($"{file} exists already.", "Name another file, or add --force");
    }
}

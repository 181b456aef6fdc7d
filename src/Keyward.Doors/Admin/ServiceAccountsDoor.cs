using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Credential = Keyward.Protos.V1.Credential;
using CredentialKind = Keyward.Protos.V1.CredentialKind;
using ServiceAccount = Keyward.Protos.V1.ServiceAccount;
using VaultKind = Keyward.Vault.Identities.CredentialKind;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.ServiceAccounts.</summary>
internal sealed class ServiceAccountsDoor(Gate gate) : ServiceAccounts.ServiceAccountsBase
{
    private const long MaximumSeconds = 10L * 366 * 86_400;

    private static readonly Refusal BadLifetime = new(
        RefusalReason.InvalidArgument, "A credential's lifetime is from a second to ten years.");

    private static readonly Refusal BadState = new(
        RefusalReason.InvalidArgument, "The state must be ACTIVE, DISABLED or REVOKED.");

    public override Task<ServiceAccount> CreateServiceAccount(
        CreateServiceAccountRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Identities.ServiceAccount>> operation =
            ProjectsDoor.TryParse(request.Parent, out var project)
                ? new CreateServiceAccount(project, request.Name)
                : Parents.NoProject;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<ServiceAccount> GetServiceAccount(
        GetServiceAccountRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new GetServiceAccount(request.Email), Show);

    public override Task<ListServiceAccountsResponse> ListServiceAccounts(
        ListServiceAccountsRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<Vault.Identities.ServiceAccount>>> operation =
            ProjectsDoor.TryParse(request.Parent, out var project)
                ? new ListServiceAccounts(project) : Parents.NoProject;
        return gate.PassAsync(context, operation,
            accounts => new ListServiceAccountsResponse { ServiceAccounts = { accounts.Select(Show) } });
    }

    public override Task<ServiceAccount> SetServiceAccountState(
        SetServiceAccountStateRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Identities.ServiceAccount>> operation = StateOf(request.State) is { } state
            ? new SetAccountState(request.Email, state)
            : BadState;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<KeyFile> CreateKeyFile(CreateKeyFileRequest request, ServerCallContext context)
    {
        Outcome<IOperation<NewCredential>> operation = IsLifetime(request.Lifetime, out var lifetime)
            ? new CreateCredential(request.Email, VaultKind.KeyFile, lifetime)
            : BadLifetime;
        return gate.PassAsync(context, operation, made =>
        {
            using (made)
                return new KeyFile
                {
                    ProjectId = made.Account.Project.Value,
                    PrivateKeyId = made.Credential.Id,
                    PrivateKey = System.Text.Encoding.ASCII.GetString(made.Secret.Span),
                    ClientEmail = made.Account.Email,
                    ClientId = made.Account.UniqueId,
                    ExpireTime = made.Credential.ExpireTime?.ToTimestamp(),
                };
        });
    }

    public override Task<AccessKey> CreateAccessKey(CreateAccessKeyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new CreateCredential(request.Email, VaultKind.AccessKey, null), made =>
        {
            using (made)
                return new AccessKey
                {
                    AccessKeyId = made.Credential.Id,
                    SecretAccessKey = System.Text.Encoding.ASCII.GetString(made.Secret.Span),
                    Email = made.Account.Email,
                };
        });

    public override Task<ListCredentialsResponse> ListCredentials(
        ListCredentialsRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<CredentialView>>> operation = request.Kind switch
        {
            CredentialKind.KeyFile => new ListCredentials(request.Email, VaultKind.KeyFile),
            CredentialKind.AccessKey => new ListCredentials(request.Email, VaultKind.AccessKey),
            CredentialKind.Certificate => new ListCredentials(request.Email, VaultKind.Certificate),
            _ => new Refusal(
                RefusalReason.InvalidArgument, "The kind must be KEY_FILE, ACCESS_KEY or CERTIFICATE."),
        };
        return gate.PassAsync(context, operation,
            found => new ListCredentialsResponse { Credentials = { found.Select(Show) } });
    }

    public override Task<ListCredentialsResponse> ListStaleCredentials(
        ListStaleCredentialsRequest request, ServerCallContext context)
    {
        const int defaultDays = 90;
        Outcome<IOperation<IReadOnlyList<CredentialView>>> operation =
            !ProjectsDoor.TryParse(request.Parent, out var project) ? Parents.NoProject
            : request.IdleDays is < 0 or > 36_500 || request.OldDays is < 0 or > 36_500
                ? new Refusal(RefusalReason.InvalidArgument, "The days are a number from 1 to 36500.")
            : new ListStaleCredentials(project, TimeSpan.FromDays(
                request.IdleDays == 0 ? defaultDays : request.IdleDays))
            {
                Old = request.OldDays == 0 ? null : TimeSpan.FromDays(request.OldDays),
            };
        return gate.PassAsync(context, operation,
            found => new ListCredentialsResponse { Credentials = { found.Select(Show) } });
    }

    public override Task<Credential> SetCredentialState(SetCredentialStateRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Identities.Credential>> operation = StateOf(request.State) is { } state
            ? new SetCredentialState(request.Id, state) { Email = request.Email }
            : BadState;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<Credential> AddCertificate(AddCertificateRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Identities.Credential>> operation = IsLifetime(request.Lifetime, out var lifetime)
            ? new AddCertificate(request.Email, request.AuthoritiesPem, NullIfEmpty(request.CertificatePem),
                NullIfEmpty(request.Uri), lifetime)
            : BadLifetime;
        return gate.PassAsync(context, operation, Show);
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static bool IsLifetime(Duration? duration, out TimeSpan? lifetime)
    {
        lifetime = duration is null ? null : TimeSpan.FromSeconds(Math.Clamp(duration.Seconds, 0, MaximumSeconds + 1));
        return lifetime is null || (lifetime > TimeSpan.Zero && lifetime <= TimeSpan.FromSeconds(MaximumSeconds));
    }

    private static StandingState? StateOf(State state) => state switch
    {
        State.Active => StandingState.Active,
        State.Disabled => StandingState.Disabled,
        State.Revoked => StandingState.Revoked,
        _ => null,
    };

    private static State Show(StandingState state) => state switch
    {
        StandingState.Active => State.Active,
        StandingState.Disabled => State.Disabled,
        StandingState.Revoked => State.Revoked,
        StandingState.Unspecified => State.Unspecified,
    };

    private static ServiceAccount Show(Vault.Identities.ServiceAccount account) => new()
    {
        Email = account.Email,
        Project = account.Project.Value,
        Name = account.Name,
        UniqueId = account.UniqueId,
        State = Show(account.State),
        CreateTime = account.CreateTime.ToTimestamp(),
    };

    private static Credential Show(CredentialView view)
    {
        var shown = Show(view.Credential);
        shown.LastUseTime = view.LastUseTime?.ToTimestamp();
        shown.RecognisedBy = view.RecognisedBy;
        return shown;
    }

    private static Credential Show(Vault.Identities.Credential credential) => new()
    {
        Id = credential.Id,
        Kind = credential.Kind switch
        {
            VaultKind.KeyFile => CredentialKind.KeyFile,
            VaultKind.AccessKey => CredentialKind.AccessKey,
            VaultKind.Certificate => CredentialKind.Certificate,
            VaultKind.TokenKey or VaultKind.Unspecified => CredentialKind.Unspecified,
        },
        Email = credential.Email,
        State = Show(credential.State),
        CreateTime = credential.CreateTime.ToTimestamp(),
        ExpireTime = credential.ExpireTime?.ToTimestamp(),
    };
}

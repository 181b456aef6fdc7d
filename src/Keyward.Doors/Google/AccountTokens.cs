using Google.Cloud.Iam.Credentials.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;

namespace Keyward.Doors.Google;

/// <summary>google.iam.credentials.v1.IAMCredentials: what Google's libraries call when a credential file says to take
/// on a service account. Deviation: a chain of delegates is refused, accounts are named by e-mail.</summary>
internal sealed class AccountTokens(Gate gate) : IAMCredentials.IAMCredentialsBase
{
    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    public override Task<GenerateAccessTokenResponse> GenerateAccessToken(
        GenerateAccessTokenRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IssuedToken>> operation =
            !Account(request.Name, request.Delegates).TryGet(out var email, out var refusal) ? refusal
            : request.Scope.Count == 0 ? Bad("scope is required.")
            : LifetimeOf(request.Lifetime) is { } lifetime ? new TakeOnAccount(email, lifetime)
            : Bad("lifetime is from a second to an hour.");
        return gate.PassAsync(context, operation, token => new GenerateAccessTokenResponse
        {
            AccessToken = token.Token, ExpireTime = token.Expires.ToTimestamp(),
        });
    }

    public override Task<GenerateIdTokenResponse> GenerateIdToken(
        GenerateIdTokenRequest request, ServerCallContext context)
    {
        Outcome<IOperation<SignedJwt>> operation =
            Account(request.Name, request.Delegates).TryGet(out var email, out var refusal)
                ? new MakeIdToken(email, request.Audience, request.IncludeEmail, request.UseEmailAzp) : refusal;
        return gate.PassAsync(context, operation, signed => new GenerateIdTokenResponse { Token = signed.Jwt });
    }

    public override Task<SignBlobResponse> SignBlob(SignBlobRequest request, ServerCallContext context)
    {
        Outcome<IOperation<SignedByAccount>> operation =
            Account(request.Name, request.Delegates).TryGet(out var email, out var refusal)
                ? new SignBlobAsAccount(email, request.Payload.Memory) : refusal;
        return gate.PassAsync(context, operation, signed => new SignBlobResponse
        {
            KeyId = signed.KeyId, SignedBlob = UnsafeByteOperations.UnsafeWrap(signed.Signature),
        });
    }

    public override Task<SignJwtResponse> SignJwt(SignJwtRequest request, ServerCallContext context)
    {
        Outcome<IOperation<SignedJwt>> operation =
            Account(request.Name, request.Delegates).TryGet(out var email, out var refusal)
                ? new SignJwtAsAccount(email, request.Payload) : refusal;
        return gate.PassAsync(context, operation, signed => new SignJwtResponse
        {
            KeyId = signed.KeyId, SignedJwt = signed.Jwt,
        });
    }

    /// <summary><c>projects/-/serviceAccounts/EMAIL</c>.</summary>
    private static Outcome<string> Account(string name, IReadOnlyCollection<string> delegates)
    {
        if (delegates.Count > 0) return Bad("delegates are not served: the chain has one link.");
        return name.Split('/') is ["projects", "-", "serviceAccounts", var email]
            && email.Contains('@', StringComparison.Ordinal)
                ? email
                : Bad("name has the form projects/-/serviceAccounts/EMAIL.");
    }

    private static TimeSpan? LifetimeOf(Duration? lifetime) => lifetime is null ? DefaultLifetime
        : lifetime is { Seconds: > 0 and <= 3_600, Nanos: >= 0 and < 1_000_000_000 }
            ? TimeSpan.FromSeconds(lifetime.Seconds) : null;

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}

using Keyward.Doors.Rpc;
using Keyward.Vault.Federation;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Keyward.Doors.Token;

/// <summary>The OAuth 2 token endpoint: a signed assertion (RFC 7523 §2.1) or another issuer's token (RFC 8693 §2.1)
/// for a short bearer token; errors as RFC 6749 §5.2. One answer, <c>invalid_grant</c>, for what is unknown, wrong or
/// expired.</summary>
internal sealed class TokenDoor(Gate gate)
{
    private const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string AccessTokenType = "urn:ietf:params:oauth:token-type:access_token";

    private static readonly string[] SubjectTokenTypes =
        ["urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token"];

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static void Map(IEndpointRouteBuilder routes, TokenDoor door)
    {
        routes.MapPost("/token", door.ServeAsync);
    }

    public async Task ServeAsync(HttpContext context)
    {
        var arrival = gate.Receive(Door.Token, ConnectionSource.Of(context), Admission.TraceOf(context.Request));
        arrival.Method = "Token";
        Answering.Begin(context, arrival);
        var form = await TokenForm.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        switch (form?.GetValueOrDefault("grant_type"))
        {
            case null:
                await RefuseAsync(context, arrival, "invalid_request",
                    Bad("The body must be a small form that names a grant_type.")).ConfigureAwait(false);
                break;
            case JwtBearer:
                await ServeAssertionAsync(context, arrival, form).ConfigureAwait(false);
                break;
            case TokenExchange:
                arrival.Method = "ExchangeToken";
                await ServeExchangeAsync(context, arrival, form).ConfigureAwait(false);
                break;
            default:
                await RefuseAsync(context, arrival, "unsupported_grant_type", Bad("The grant type is not served."))
                    .ConfigureAwait(false);
                break;
        }
    }

    private async Task ServeAssertionAsync(HttpContext context, Arrival arrival, Dictionary<string, string> form)
    {
        if (form.GetValueOrDefault("assertion") is not { Length: > 0 } assertion)
        {
            await RefuseAsync(context, arrival, "invalid_request",
                Bad("The assertion is missing.")).ConfigureAwait(false);
            return;
        }

        var judged = gate.Identify(arrival, new BearerProof(assertion, ProofUse.TokenEndpoint));
        if (judged.TryGet(out var caller, out var refusal))
            await (IssueIdToken.WantedBy(assertion) is { } wanted
                ? IssueIdTokenAsync(context, arrival, caller, wanted)
                : IssueAsync(context, arrival, caller, new IssueToken(Lifetime), null)).ConfigureAwait(false);
        else await RefuseAsync(context, arrival, "invalid_grant", refusal).ConfigureAwait(false);
    }

    /// <summary>What Google's credential files of type <c>external_account</c> make clients send. Their <c>scope</c>
    /// and <c>options</c> say nothing that rights do not: both are let pass.</summary>
    private async Task ServeExchangeAsync(HttpContext context, Arrival arrival, Dictionary<string, string> form)
    {
        if (form.GetValueOrDefault("audience") is not { Length: > 0 } audience
            || form.GetValueOrDefault("subject_token") is not { Length: > 0 } token
            || !SubjectTokenTypes.Contains(form.GetValueOrDefault("subject_token_type"))
            || form.GetValueOrDefault("requested_token_type", AccessTokenType) != AccessTokenType
            || form.ContainsKey("actor_token"))
        {
            await RefuseAsync(context, arrival, "invalid_request", Bad(
                "An exchange needs audience, subject_token, and a subject_token_type of jwt or id_token; it gives an " +
                "access_token.")).ConfigureAwait(false);
            return;
        }

        var judged = await gate.IdentifyAsync(arrival, new FederatedProof(token, audience), context.RequestAborted)
            .ConfigureAwait(false);
        if (judged.TryGet(out var exchanged, out var refusal))
            await IssueAsync(context, arrival, exchanged.Caller, new IssueToken(Lifetime, exchanged.Expires),
                AccessTokenType).ConfigureAwait(false);
        else await RefuseAsync(context, arrival, "invalid_grant", refusal).ConfigureAwait(false);
    }

    private async Task IssueAsync(
        HttpContext context, Arrival arrival, Caller caller, IssueToken operation, string? issuedType)
    {
        var outcome = await gate.PassAsync(arrival, caller, operation, context.RequestAborted).ConfigureAwait(false);
        if (!outcome.TryGet(out var token, out var refusal))
        {
            await TokenAnswer.WriteErrorAsync(context, "invalid_grant", refusal).ConfigureAwait(false);
            return;
        }

        await TokenAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("access_token", token.Token);
            if (issuedType is not null) json.WriteString("issued_token_type", issuedType);
            json.WriteNumber("expires_in", (long)(token.Expires - gate.World).TotalSeconds);
            json.WriteString("token_type", "Bearer");
        }).ConfigureAwait(false);
    }

    private async Task IssueIdTokenAsync(HttpContext context, Arrival arrival, Caller caller, IssueIdToken operation)
    {
        var outcome = await gate.PassAsync(arrival, caller, operation, context.RequestAborted).ConfigureAwait(false);
        await (outcome.TryGet(out var token, out var refusal)
            ? TokenAnswer.WriteAsync(context, StatusCodes.Status200OK, json => json.WriteString("id_token", token.Jwt))
            : TokenAnswer.WriteErrorAsync(context, "invalid_grant", refusal)).ConfigureAwait(false);
    }

    private async Task RefuseAsync(HttpContext context, Arrival arrival, string error, Refusal refusal)
    {
        var recorded = await gate.RefuseAsync(arrival, null, refusal).ConfigureAwait(false);
        await TokenAnswer.WriteErrorAsync(context, error, recorded).ConfigureAwait(false);
    }

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}

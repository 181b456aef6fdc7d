using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Keyward.Doors.Token;

/// <summary>Says whom a bearer token stands for (RFC 7662): gcloud asks it for files of other issuers. Whoever
/// has the token could ask so by using it, so nothing else is demanded; one answer for every token that is not
/// good.</summary>
internal sealed class IntrospectionDoor(Gate gate)
{
    public static void Map(IEndpointRouteBuilder routes, IntrospectionDoor door) =>
        routes.MapPost("/introspect", door.ServeAsync);

    public async Task ServeAsync(HttpContext context)
    {
        var arrival = gate.Receive(Door.Token, ConnectionSource.Of(context), Admission.TraceOf(context.Request));
        arrival.Method = "Introspect";
        Answering.Begin(context, arrival);
        var form = await TokenForm.ReadAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        if (form?.GetValueOrDefault("token") is not { Length: > 0 } token)
        {
            var bad = new Refusal(RefusalReason.InvalidArgument, "The body must be a small form that has a token.");
            var refused = await gate.RefuseAsync(arrival, null, bad).ConfigureAwait(false);
            await TokenAnswer.WriteErrorAsync(context, "invalid_request", refused).ConfigureAwait(false);
            return;
        }

        if (!gate.Identify(arrival, new BearerProof(token, ProofUse.Door)).TryGet(out var caller, out var refusal))
            await DenyAsync(context, await gate.RefuseAsync(arrival, null, refusal).ConfigureAwait(false))
                .ConfigureAwait(false);
        else if (!(await gate.PassAsync(arrival, caller, new WhoAmI(), context.RequestAborted).ConfigureAwait(false))
            .TryGet(out var known, out refusal)) await DenyAsync(context, refusal).ConfigureAwait(false);
        else
            await TokenAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
            {
                json.WriteBoolean("active", true);
                json.WriteString("username", known.Email);
                json.WriteString("sub", known.UniqueId);
                json.WriteString("iss", gate.Settings.IssuerUrl);
                json.WriteString("token_type", "Bearer");
            }).ConfigureAwait(false);
    }

    /// <summary>What is wrong with the server is no answer about the token.</summary>
    private static Task DenyAsync(HttpContext context, Refusal refusal) =>
        refusal.Reason == RefusalReason.Unauthenticated
            ? TokenAnswer.WriteAsync(context, StatusCodes.Status200OK, json => json.WriteBoolean("active", false))
            : TokenAnswer.WriteErrorAsync(context, "invalid_request", refusal);
}

using System.Text.Json;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Keyward.Doors.Token;

/// <summary>The OAuth 2 token endpoint: a signed assertion for a short bearer token (RFC 7523 §2.1, errors as RFC 6749
/// §5.2). One answer, <c>invalid_grant</c>, for an assertion that is unknown, wrong or expired.</summary>
internal sealed class TokenDoor(Gate gate)
{
    private const string JwtBearer = "urn:ietf:params:oauth:grant-type:jwt-bearer";
    private const int MaximumFormSizeBytes = 16 * 1024;
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public static void Map(IEndpointRouteBuilder routes, TokenDoor door)
    {
        routes.MapPost("/token", door.ServeAsync);
    }

    public async Task ServeAsync(HttpContext context)
    {
        var arrival = gate.Receive(Door.Token, Admission.SourceOf(context), Admission.TraceOf(context.Request));
        arrival.Method = "Token";
        context.Response.Headers[Passing.RequestIdHeader] = arrival.RequestId;
        if (await ReadFormAsync(context.Request, context.RequestAborted).ConfigureAwait(false) is not { } form)
        {
            await RefuseAsync(context, arrival, "invalid_request",
                Bad("The body must be a small form.")).ConfigureAwait(false);
            return;
        }

        if (form.GetValueOrDefault("grant_type") != JwtBearer)
        {
            await RefuseAsync(context, arrival, "unsupported_grant_type", Bad("The grant type is not served."))
                .ConfigureAwait(false);
            return;
        }

        if (form.GetValueOrDefault("assertion") is not { Length: > 0 } assertion)
        {
            await RefuseAsync(context, arrival, "invalid_request",
                Bad("The assertion is missing.")).ConfigureAwait(false);
            return;
        }

        if (!gate.Identify(arrival, new BearerProof(assertion, ProofUse.TokenEndpoint)).TryGet(out var caller,
            out var refusal))
        {
            await RefuseAsync(context, arrival, "invalid_grant", refusal).ConfigureAwait(false);
            return;
        }

        var outcome = await gate.PassAsync(arrival, caller, new IssueToken(Lifetime), context.RequestAborted)
            .ConfigureAwait(false);
        if (!outcome.TryGet(out var token, out refusal))
        {
            await WriteErrorAsync(context, "invalid_grant", refusal).ConfigureAwait(false);
            return;
        }

        await WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteString("access_token", token.Token);
            json.WriteNumber("expires_in", (long)(token.Expires - gate.Now).TotalSeconds);
            json.WriteString("token_type", "Bearer");
        }).ConfigureAwait(false);
    }

    private async Task RefuseAsync(HttpContext context, Arrival arrival, string error, Refusal refusal)
    {
        var recorded = await gate.RefuseAsync(arrival, null, refusal).ConfigureAwait(false);
        await WriteErrorAsync(context, error, recorded).ConfigureAwait(false);
    }

    private static Task WriteErrorAsync(HttpContext context, string error, Refusal refusal)
    {
        var code = StatusTable.CodeOf(refusal.Reason);
        var isUnavailable = code == global::Google.Rpc.Code.Unavailable;
        var isTooMuch = code == global::Google.Rpc.Code.ResourceExhausted;
        var status = isUnavailable ? StatusCodes.Status503ServiceUnavailable
            : isTooMuch ? StatusCodes.Status429TooManyRequests : StatusCodes.Status400BadRequest;
        return WriteAsync(context, status, json =>
        {
            json.WriteString("error", isUnavailable || isTooMuch ? "temporarily_unavailable" : error);
            json.WriteString("error_description", refusal.Sentence);
        });
    }

    private static async Task WriteAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentLength = buffer.Length;
        await context.Response.Body.WriteAsync(buffer.ToArray(), context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task<Dictionary<string, string>?> ReadFormAsync(HttpRequest request,
        CancellationToken cancellation)
    {
        if (request.ContentLength > MaximumFormSizeBytes || !request.HasFormContentType) return null;
        var buffer = new byte[MaximumFormSizeBytes + 1];
        var length = 0;
        int read;
        while (length < buffer.Length && (read = await request.Body
            .ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false)) > 0) length += read;
        if (length > MaximumFormSizeBytes) return null;
        var form = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in System.Text.Encoding.UTF8.GetString(buffer, 0, length).Split('&'))
        {
            var parts = pair.Split('=', 2);
            if (parts.Length != 2 || !form.TryAdd(Decode(parts[0]), Decode(parts[1]))) return null;
        }

        return form;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}

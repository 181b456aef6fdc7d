using System.Buffers.Text;
using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Keyward.Doors.Token;

/// <summary>Public keys of what is signed here (RFC 7517), and the discovery document of the ID tokens (OpenID Connect
/// Discovery 1.0 §3). Anybody may read them; an account without a key looks like one that does not exist.</summary>
internal static class TokenKeysDoor
{
    private const string DeploymentKeys = "/.well-known/jwks.json";

    public static void Map(IEndpointRouteBuilder routes, Gate gate)
    {
        routes.MapGet("/.well-known/openid-configuration", context => TokenAnswer.WriteAsync(
            context, StatusCodes.Status200OK, json =>
            {
                json.WriteString("issuer", gate.Settings.IssuerUrl);
                json.WriteString("jwks_uri", gate.Settings.IssuerUrl + DeploymentKeys);
                json.WriteString("token_endpoint", gate.Settings.IssuerUrl + "/token");
                foreach (var (name, value) in ((string, string)[])
                [
                    ("response_types_supported", "id_token"), ("subject_types_supported", "public"),
                    ("id_token_signing_alg_values_supported", "RS256"),
                ])
                {
                    json.WriteStartArray(name);
                    json.WriteStringValue(value);
                    json.WriteEndArray();
                }
            }));
        routes.MapGet(DeploymentKeys, context => WriteAsync(context, gate, null));
        // Where Google has them, below googleapis.com.
        routes.MapGet("/service_accounts/v1/jwk/{email}", context =>
            WriteAsync(context, gate, (string?)context.Request.RouteValues["email"]));
    }

    private static Task WriteAsync(HttpContext context, Gate gate, string? email)
    {
        if (gate.TokenKeysOf(email) is not { } keys)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        }

        return TokenAnswer.WriteAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartArray("keys");
            foreach (var key in keys)
            {
                json.WriteStartObject();
                json.WriteString("kty", "RSA");
                json.WriteString("use", "sig");
                json.WriteString("alg", "RS256");
                json.WriteString("kid", key.Id);
                json.WriteString("n", Base64Url.EncodeToString(key.Modulus));
                json.WriteString("e", Base64Url.EncodeToString(key.Exponent));
                json.WriteEndObject();
            }

            json.WriteEndArray();
        });
    }
}

using Keyward.Doors.Aws.Wire;

namespace Keyward.Doors.Aws.Signature;

/// <summary>The Authorization header of Signature Version 4, taken apart strictly ("Signature Version 4 signing
/// process", header form). Pre-signed and chunked forms have no place here.</summary>
internal sealed record AuthorizationHeader(
    string KeyId, Scope Scope, string[] SignedHeaders, byte[] Signature)
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    private const int MaximumLength = 4_096;
    private const int MaximumPartLength = 128;

    public static AuthorizationHeader? Parse(string text, out Fault? fault)
    {
        fault = null;
        if (text.Length > MaximumLength || !text.StartsWith(Algorithm + " ", StringComparison.Ordinal))
        {
            fault = Fault.Incomplete("Authorization header requires the algorithm AWS4-HMAC-SHA256.");
            return null;
        }

        string? credential = null, headers = null, signature = null;
        foreach (var part in text[(Algorithm.Length + 1)..].Split(','))
        {
            var pair = part.Trim(' ').Split('=', 2);
            ref var slot = ref credential;
            if (pair is ["SignedHeaders", _]) slot = ref headers;
            else if (pair is ["Signature", _]) slot = ref signature;
            else if (pair is not ["Credential", _])
            {
                fault = Fault.Incomplete("Authorization header has an unknown or broken parameter.");
                return null;
            }

            if (slot is not null) fault = Fault.Incomplete("Authorization header has a parameter twice.");
            slot = pair[1];
        }

        if (credential is null) fault ??= Missing("Credential");
        if (signature is null) fault ??= Missing("Signature");
        if (headers is null) fault ??= Missing("SignedHeaders");
        return fault is null ? Parse(credential!, headers!, signature!, out fault) : null;
    }

    private static AuthorizationHeader? Parse(
        string credential, string headers, string signature, out Fault? fault)
    {
        fault = null;
        if (credential.Split('/') is not [{ Length: > 0 } id, { Length: 8 } day, { Length: > 0 } region,
            { Length: > 0 } service, Scope.Terminator]
            || Math.Max(id.Length, Math.Max(region.Length, service.Length)) > MaximumPartLength
            || day.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            fault = Fault.Incomplete("Credential must have the form KEYID/YYYYMMDD/REGION/SERVICE/aws4_request.");
            return null;
        }

        var names = headers.Split(';');
        for (var i = 0; i < names.Length; i++)
        {
            if (names[i].Length > 0 && !names[i].AsSpan().ContainsAnyInRange('A', 'Z')
                && (i == 0 || string.CompareOrdinal(names[i - 1], names[i]) < 0)) continue;
            fault = Fault.Incomplete("SignedHeaders must be sorted, in small letters, each once.");
            return null;
        }

        if (signature.Length != 64 || signature.AsSpan().ContainsAnyExcept(HexDigits))
        {
            fault = Fault.Signature(Mismatch);
            return null;
        }

        return new AuthorizationHeader(
            id, new Scope(day, region, service), names, Convert.FromHexString(signature));
    }

    public const string Mismatch = "The request signature we calculated does not match the signature you provided. " +
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

    private static readonly System.Buffers.SearchValues<char> HexDigits =
        System.Buffers.SearchValues.Create("0123456789abcdef");

    private static Fault Missing(string name) =>
        Fault.Incomplete($"Authorization header requires '{name}' parameter.");
}

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

        ReadOnlySpan<char> credential = default, headers = default, signature = default;
        var (hasCredential, hasHeaders, hasSignature) = (false, false, false);
        var rest = text.AsSpan(Algorithm.Length + 1);
        foreach (var range in rest.Split(','))
        {
            var part = rest[range].Trim(' ');
            var at = part.IndexOf('=');
            ref var slot = ref credential;
            ref var isGiven = ref hasCredential;
            if (at >= 0 && part[..at] is "SignedHeaders")
            {
                slot = ref headers;
                isGiven = ref hasHeaders;
            }
            else if (at >= 0 && part[..at] is "Signature")
            {
                slot = ref signature;
                isGiven = ref hasSignature;
            }
            else if (at < 0 || part[..at] is not "Credential")
            {
                fault = Fault.Incomplete("Authorization header has an unknown or broken parameter.");
                return null;
            }

            if (isGiven) fault = Fault.Incomplete("Authorization header has a parameter twice.");
            isGiven = true;
            slot = part[(at + 1)..];
        }

        if (!hasCredential) fault ??= Missing("Credential");
        if (!hasSignature) fault ??= Missing("Signature");
        if (!hasHeaders) fault ??= Missing("SignedHeaders");
        return fault is null ? Parse(credential, headers, signature, out fault) : null;
    }

    private static AuthorizationHeader? Parse(ReadOnlySpan<char> credential, ReadOnlySpan<char> headers,
        ReadOnlySpan<char> signature, out Fault? fault)
    {
        fault = null;
        if (Credentials.Of(credential, Credential.Parse) is not { } known)
        {
            fault = Fault.Incomplete("Credential must have the form KEYID/YYYYMMDD/REGION/SERVICE/aws4_request.");
            return null;
        }

        if (HeaderLists.Of(headers, NamesOf) is not { } names)
        {
            fault = Fault.Incomplete("SignedHeaders must be sorted, in small letters, each once.");
            return null;
        }

        if (signature.Length != 64 || signature.ContainsAnyExcept(HexDigits))
        {
            fault = Fault.Signature(Mismatch);
            return null;
        }

        return new AuthorizationHeader(known.KeyId, known.Scope, names, Convert.FromHexString(signature));
    }

    private static string[]? NamesOf(string headers)
    {
        var names = headers.Split(';');
        for (var i = 0; i < names.Length; i++)
            if (names[i].Length == 0 || names[i].AsSpan().ContainsAnyInRange('A', 'Z')
                || (i > 0 && string.CompareOrdinal(names[i - 1], names[i]) >= 0)) return null;
        return names;
    }

    public const string Mismatch = "The request signature we calculated does not match the signature you provided. " +
        "Check your AWS Secret Access Key and signing method. Consult the service documentation for details.";

    private static readonly System.Buffers.SearchValues<char> HexDigits =
        System.Buffers.SearchValues.Create("0123456789abcdef");

    private static Fault Missing(string name) =>
        Fault.Incomplete($"Authorization header requires '{name}' parameter.");

    private static readonly RecentTexts<Credential> Credentials = new();
    private static readonly RecentTexts<string[]> HeaderLists = new();

    private sealed record Credential(string KeyId, Scope Scope)
    {
        public static Credential? Parse(string text) => text.Split('/') is [{ Length: > 0 } id, { Length: 8 } day,
            { Length: > 0 } region, { Length: > 0 } service, Scope.Terminator]
            && Math.Max(id.Length, Math.Max(region.Length, service.Length)) <= MaximumPartLength
            && !day.AsSpan().ContainsAnyExceptInRange('0', '9')
                ? new Credential(id, new Scope(day, region, service))
                : null;
    }
}

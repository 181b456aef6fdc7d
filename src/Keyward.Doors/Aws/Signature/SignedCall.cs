using System.Buffers;
using System.Globalization;
using System.Text;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Identities;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Keyward.Doors.Aws.Signature;

/// <summary>Turns a request into the bytes that its signature is over (Signature Version 4, "Create a canonical
/// request", "Create a string to sign"), from what was received: raw target, headers as they came, body before any
/// decoding. Whether the signature holds is judged in the vault.</summary>
internal static class SignedCall
{
    public const string DateHeader = "X-Amz-Date";
    public const string TokenHeader = "X-Amz-Security-Token";
    private const string BodyHashHeader = "X-Amz-Content-Sha256";

    public static SignatureProof? Read(
        HttpRequest request, ReadOnlySpan<byte> body, string service, out Scope scope, out Fault? fault)
    {
        scope = default;
        var authorization = request.Headers.Authorization;
        if (authorization.Count == 0)
        {
            fault = new Fault("MissingAuthenticationTokenException", "Missing Authentication Token",
                Vault.Gate.RefusalReason.Unauthenticated);
            return null;
        }

        fault = authorization.Count > 1 ? Fault.Incomplete("There must be one Authorization header.") : null;
        var header = fault is null ? AuthorizationHeader.Parse(authorization[0]!, out fault) : null;
        if (header is null) return null;
        scope = header.Scope;
        fault = JudgeTarget(request) ?? JudgeHeaders(request.Headers, header);
        if (fault is not null) return null;
        var date = request.Headers[DateHeader][0]!;
        Span<byte> hash = stackalloc byte[Sha256.SizeBytes];
        Sha256.HashData(body, hash);
        Span<char> bodyHash = stackalloc char[2 * Sha256.SizeBytes];
        Convert.TryToHexStringLower(hash, bodyHash, out _);
        fault = JudgeScope(header.Scope, service, date, out var time)
            ?? JudgeBodyHash(request.Headers, bodyHash);
        if (fault is not null) return null;
        HashCanonical(request, header, bodyHash, hash);
        return new SignatureProof(header.KeyId, "AWS4", header.Scope.Steps, Signed(header.Scope, date, hash),
            header.Signature, time, TokenOf(request.Headers));
    }

    /// <summary>The string to sign.</summary>
    private static byte[] Signed(Scope scope, string date, ReadOnlySpan<byte> hash)
    {
        var text = Begin();
        Put(text, AuthorizationHeader.Algorithm);
        text.Write("\n"u8);
        Put(text, date);
        text.Write("\n"u8);
        Put(text, scope.Text);
        text.Write("\n"u8);
        Convert.TryToHexStringLower(hash, text.GetSpan(2 * hash.Length), out var written);
        text.Advance(written);
        return text.WrittenSpan.ToArray();
    }

    /// <summary>Kestrel resolves dots and escapes in the path; the target as it came does not.</summary>
    private static Fault? JudgeTarget(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget is "/" or "" or null
            && request.Path == "/" && !request.QueryString.HasValue
            ? null
            : Fault.Signature(AuthorizationHeader.Mismatch);

    private static Fault? JudgeHeaders(IHeaderDictionary headers, AuthorizationHeader header)
    {
        if (headers[DateHeader].Count == 0)
            return Fault.Incomplete("Authorization header requires existence of an 'X-Amz-Date' header.");
        foreach (var name in header.SignedHeaders)
            if (headers[name].Count != 1) return Fault.Signature(AuthorizationHeader.Mismatch);
        foreach (var (name, values) in headers)
        {
            // Not content-type: AWS's own SDK for JavaScript, version 2, leaves it unsigned. It chooses between the two
            // protocols only, and each of them has a scope of its own.
            var isNeeded = name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase)
                || name.Equals("host", StringComparison.OrdinalIgnoreCase);
            if (!isNeeded) continue;
            if (values.Count != 1 || !header.SignedHeaders.AsSpan().Contains(name, StringComparer.OrdinalIgnoreCase))
                return Fault.Signature($"'{name}' must be a 'SignedHeader' in the AWS Authorization, and occur once.");
        }

        return headers.Host.Count == 1 ? null : Fault.Signature(AuthorizationHeader.Mismatch);
    }

    private static Fault? JudgeScope(Scope scope, string service, string date, out DateTimeOffset time)
    {
        if (!DateTimeOffset.TryParseExact(date, "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal, out time))
            return Fault.Incomplete("Date must be in ISO-8601 'basic format'.");
        if (scope.Service != service)
            return Fault.Signature($"Credential should be scoped to correct service: '{service}'.");
        return date.StartsWith(scope.Day, StringComparison.Ordinal)
            ? null
            : Fault.Signature($"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date " +
                "from HTTP.");
    }

    private static Fault? JudgeBodyHash(IHeaderDictionary headers, ReadOnlySpan<char> hash)
    {
        var shown = headers[BodyHashHeader];
        return shown.Count == 0 || (shown.Count == 1 && hash.SequenceEqual(shown[0]))
            ? null
            : Fault.Signature(AuthorizationHeader.Mismatch);
    }

    /// <summary>The hash of the canonical request.</summary>
    private static void HashCanonical(
        HttpRequest request, AuthorizationHeader header, ReadOnlySpan<char> bodyHash, Span<byte> hash)
    {
        var text = Begin();
        Put(text, request.Method);
        text.Write("\n/\n\n"u8);
        foreach (var name in header.SignedHeaders)
        {
            Put(text, name);
            text.Write(":"u8);
            PutTrimmed(text, request.Headers[name][0]!);
            text.Write("\n"u8);
        }

        for (var i = 0; i < header.SignedHeaders.Length; i++)
        {
            text.Write(i == 0 ? "\n"u8 : ";"u8);
            Put(text, header.SignedHeaders[i]);
        }

        text.Write("\n"u8);
        Put(text, bodyHash);
        Sha256.HashData(text.WrittenSpan, hash);
    }

    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _text;

    /// <summary>This thread's buffer, empty.</summary>
    private static ArrayBufferWriter<byte> Begin()
    {
        var text = _text ??= new ArrayBufferWriter<byte>(1_024);
        text.ResetWrittenCount();
        return text;
    }

    private static void Put(ArrayBufferWriter<byte> text, ReadOnlySpan<char> part) =>
        Encoding.UTF8.GetBytes(part, text);

    /// <summary>Without blanks at the ends, runs of blanks made one.</summary>
    private static void PutTrimmed(ArrayBufferWriter<byte> text, ReadOnlySpan<char> value)
    {
        value = value.Trim(" \t");
        while (value.IndexOfAny(' ', '\t') is >= 0 and var blank)
        {
            Put(text, value[..blank]);
            text.Write(" "u8);
            value = value[blank..].TrimStart(" \t");
        }

        Put(text, value);
    }

    private static string? TokenOf(IHeaderDictionary headers) =>
        headers[TokenHeader] is { Count: 1 } token ? token[0] : null;
}

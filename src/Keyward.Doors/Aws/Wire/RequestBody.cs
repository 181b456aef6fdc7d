using Keyward.Vault.Gate;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Aws.Wire;

/// <summary>Reads a request's body whole: the signature is over all of it. It may hold plaintext, so the buffer is the
/// request's own and its reader clears it.</summary>
internal static class RequestBody
{
    /// <summary>The largest request has an attestation document of 256 KiB, in base64, beside a ciphertext and a
    /// context: whatever the model lets is read, so that what is wrong with it can be said.</summary>
    public const int MaximumSizeBytes = 384 * 1024;

    private static readonly Fault TooLarge = new("RequestEntityTooLargeException", null, RefusalReason.TooLarge,
        StatusCodes.Status413PayloadTooLarge);

    private static readonly Fault Broken =
        new("SerializationException", "The request body broke off.", RefusalReason.InvalidArgument);

    public static async ValueTask<(byte[] Body, Fault? Fault)> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.ContentLength > MaximumSizeBytes) return ([], TooLarge);
        try
        {
            if (request.ContentLength is { } length)
            {
                var body = new byte[length];
                await request.Body.ReadExactlyAsync(body, context.RequestAborted).ConfigureAwait(false);
                return (body, null);
            }

            using var all = new MemoryStream();
            var part = new byte[16 * 1024];
            int read;
            while ((read = await request.Body.ReadAsync(part, context.RequestAborted).ConfigureAwait(false)) > 0)
            {
                if (all.Length + read > MaximumSizeBytes) return ([], TooLarge);
                all.Write(part, 0, read);
            }

            return (all.ToArray(), null);
        }
        catch (Exception failure) when (failure is IOException or OperationCanceledException)
        {
            return ([], Broken);
        }
    }
}

using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Token;

/// <summary>The form of a token request (RFC 6749 appendix B): small, each name once.</summary>
internal static class TokenForm
{
    private const int MaximumSizeBytes = 16 * 1024;

    public static async Task<Dictionary<string, string>?> ReadAsync(
        HttpRequest request, CancellationToken cancellation)
    {
        if (request.ContentLength > MaximumSizeBytes || !request.HasFormContentType) return null;
        var buffer = new byte[MaximumSizeBytes + 1];
        var length = 0;
        int read;
        while (length < buffer.Length && (read = await request.Body
            .ReadAsync(buffer.AsMemory(length), cancellation).ConfigureAwait(false)) > 0) length += read;
        if (length > MaximumSizeBytes) return null;
        var form = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in System.Text.Encoding.UTF8.GetString(buffer, 0, length).Split('&'))
        {
            var parts = pair.Split('=', 2);
            if (parts.Length != 2 || !form.TryAdd(Decode(parts[0]), Decode(parts[1]))) return null;
        }

        return form;
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}

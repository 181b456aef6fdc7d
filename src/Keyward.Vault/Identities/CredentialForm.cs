using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Audit;

namespace Keyward.Vault.Identities;

/// <summary>The forms by which a scanner finds what was leaked: each begins with a mark and ends in a checksum over all
/// before it, so that a find is told from a chance resemblance without asking a server. Rules for scanners lie in
/// deploy/scanner-rules, the forms are specified in docs/reference/identities.md.</summary>
internal static class CredentialForm
{
    /// <summary>AWS's mark of a long-lived access key, so that scanners for those find ours too; then ours.</summary>
    public const string AccessKeyMark = "AKIAKW";

    /// <summary>The same for the access keys of sessions.</summary>
    public const string SessionKeyMark = "ASIAKW";

    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private const int AccessKeyRandomLength = 10;
    private const int AccessKeySumLength = 4;
    private const int KeyFileRandomSizeBytes = 14;

    private static ReadOnlySpan<byte> KeyFileMark => "kw"u8;

    /// <summary>20 characters: the mark, 10 random ones, and 20 bits of CRC-32C in four.</summary>
    public static string NewAccessKeyId(string mark)
    {
        var body = mark + RandomNumberGenerator.GetString(Base32, AccessKeyRandomLength);
        return body + AccessKeySum(body);
    }

    public static bool IsAccessKeyId(string id) =>
        id.Length == AccessKeyMark.Length + AccessKeyRandomLength + AccessKeySumLength
        && (id.StartsWith(AccessKeyMark, StringComparison.Ordinal)
            || id.StartsWith(SessionKeyMark, StringComparison.Ordinal))
        && AccessKeySum(id[..^AccessKeySumLength]) == id[^AccessKeySumLength..];

    /// <summary>A key file's id in Google's form, 40 hex digits: the mark 6b77, 14 random bytes, CRC-32C.</summary>
    public static string NewKeyFileId()
    {
        Span<byte> id = stackalloc byte[KeyFileMark.Length + KeyFileRandomSizeBytes + sizeof(uint)];
        KeyFileMark.CopyTo(id);
        RandomNumberGenerator.Fill(id.Slice(KeyFileMark.Length, KeyFileRandomSizeBytes));
        BinaryPrimitives.WriteUInt32BigEndian(id[^sizeof(uint)..], Crc32C.Of(id[..^sizeof(uint)]));
        return Convert.ToHexStringLower(id);
    }

    public static bool IsKeyFileId(string id)
    {
        if (id.Length != 40 || id.AsSpan().ContainsAnyExceptInRange('0', 'f')) return false;
        Span<byte> bytes = stackalloc byte[20];
        if (Convert.FromHexString(id, bytes, out _, out _) != System.Buffers.OperationStatus.Done) return false;
        return bytes.StartsWith(KeyFileMark)
            && BinaryPrimitives.ReadUInt32BigEndian(bytes[^sizeof(uint)..]) == Crc32C.Of(bytes[..^sizeof(uint)]);
    }

    /// <summary>A text's checksum as tokens end in it: 8 hex digits.</summary>
    public static string SumOf(ReadOnlySpan<char> text) =>
        Crc32C.Of(Encoding.UTF8.GetBytes(text.ToString())).ToString("x8");

    private static string AccessKeySum(string body)
    {
        var sum = Crc32C.Of(Encoding.ASCII.GetBytes(body));
        Span<char> text = stackalloc char[AccessKeySumLength];
        for (var i = 0; i < text.Length; i++) text[i] = Base32[(int)(sum >> (27 - (5 * i))) & 31];
        return new string(text);
    }
}

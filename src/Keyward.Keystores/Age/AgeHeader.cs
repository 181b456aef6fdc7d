using System.Security.Cryptography;
using System.Text;
using Keyward.Keystores.Material;

namespace Keyward.Keystores.Age;

/// <summary>The text before an age file's payload: the file key, wrapped once for each recipient, and a MAC over
/// it.</summary>
internal static class AgeHeader
{
    public const int FileKeySizeBytes = 16;

    private const string Version = "age-encryption.org/v1";
    private const int BodyColumns = 64;

    /// <summary>More is no file of ours: some hundred recipients.</summary>
    private const int MaximumSizeBytes = 64 * 1024;

    public static byte[] Make(SecretBytes fileKey, IReadOnlyList<AgeRecipient> recipients)
    {
        var text = new StringBuilder(Version).Append('\n');
        foreach (var recipient in recipients)
        {
            var (share, body) = recipient.Wrap(fileKey.Span);
            text.Append("-> ").Append(AgeRecipient.StanzaType).Append(' ').Append(Encode(share)).Append('\n')
                .Append(Encode(body)).Append('\n');
        }

        text.Append("---");
        return Encoding.ASCII.GetBytes($"{text} {Encode(Mac(fileKey, text.ToString()))}\n");
    }

    /// <summary>Reads the header and gives the file key. What is no age file, or for nobody here, is an <see
    /// cref="InvalidDataException"/>.</summary>
    public static SecretBytes Read(Stream source, IReadOnlyList<AgeIdentity> identities)
    {
        var read = 0;
        if (Line(source, ref read) != Version)
            throw new InvalidDataException("This is no age file of the first version.");
        var text = new StringBuilder(Version).Append('\n');
        SecretBytes? fileKey = null;
        string line;
        while ((line = Line(source, ref read)).StartsWith("-> ", StringComparison.Ordinal))
        {
            text.Append(line).Append('\n');
            var body = new StringBuilder();
            string part;
            do
            {
                part = Line(source, ref read);
                text.Append(part).Append('\n');
                body.Append(part);
            }
            while (part.Length == BodyColumns);
            fileKey ??= TryOpen(line.Split(' '), body.ToString(), identities);
        }

        if (fileKey is null)
            throw new InvalidDataException("The file is encrypted to other recipients than the identities given.");
        if (!line.StartsWith("--- ", StringComparison.Ordinal) || Decode(line[4..]) is not { } mac
            || !CryptographicOperations.FixedTimeEquals(mac, Mac(fileKey, text.Append("---").ToString())))
        {
            fileKey.Dispose();
            throw new InvalidDataException("The file's header was altered.");
        }

        return fileKey;
    }

    private static SecretBytes? TryOpen(string[] arguments, string body, IReadOnlyList<AgeIdentity> identities)
    {
        if (arguments is not [_, AgeRecipient.StanzaType, var text]
            || Decode(text) is not { Length: AgeRecipient.PointSizeBytes } share || Decode(body) is not { } wrapped)
            return null;
        return identities.Select(i => i.TryUnwrap(share, wrapped, FileKeySizeBytes)).FirstOrDefault(k => k is not null);
    }

    private static byte[] Mac(SecretBytes fileKey, string header)
    {
        using var key = new SecretBytes(32);
        HKDF.DeriveKey(HashAlgorithmName.SHA256, fileKey.Span, key.Writable, [], "header"u8);
        return HMACSHA256.HashData(key.Span, Encoding.ASCII.GetBytes(header));
    }

    private static string Line(Stream source, ref int read)
    {
        var line = new StringBuilder();
        int next;
        while ((next = source.ReadByte()) != '\n')
        {
            if (next is < 0x20 or > 0x7e || ++read > MaximumSizeBytes)
                throw new InvalidDataException("This is no age file: its header is cut off or malformed.");
            line.Append((char)next);
        }

        return line.ToString();
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Base64 without padding, canonical; null for anything else.</summary>
    private static byte[]? Decode(string text)
    {
        try
        {
            var bytes = Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
            return Encode(bytes) == text ? bytes : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}

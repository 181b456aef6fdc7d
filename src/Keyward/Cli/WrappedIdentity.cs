using System.Text;
using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Keyward.Keystores.Age;

namespace Keyward.Cli;

/// <summary>A secret age key that a key of the server has encrypted: what is sealed to its recipient can be opened by
/// who may decrypt with that key, and each opening is in the audit log.</summary>
internal static class WrappedIdentity
{
    private const string Prefix = "KEYWARD-WRAPPED-1 ";

    /// <summary>The lines of a file that opens what is for the recipient.</summary>
    public static async Task<string> WrapAsync(Session session, string key, AgeRecipient recipient, string secret)
    {
        var answer = await session.Server.Keys.EncryptAsync(new EncryptRequest
        {
            Name = key, Plaintext = ByteString.CopyFromUtf8(secret),
            AdditionalAuthenticatedData = ContextOf(recipient.ToString()),
        }, cancellationToken: session.Cancellation);
        return $"# opened by {key}\n{Prefix}{key} {recipient} {answer.Ciphertext.ToBase64()}\n";
    }

    /// <summary>Null for a line that is none.</summary>
    public static AgeIdentity? TryOpen(Session session, string line)
    {
        if (!line.StartsWith(Prefix, StringComparison.Ordinal)
            || line[Prefix.Length..].Split(' ') is not [var key, var recipient, var ciphertext]) return null;
        var answer = session.Server.Keys.Decrypt(new DecryptRequest
        {
            Name = key, Ciphertext = ByteString.FromBase64(ciphertext),
            AdditionalAuthenticatedData = ContextOf(recipient),
        }, cancellationToken: session.Cancellation);
        return AgeIdentity.TryParse(answer.Plaintext.ToString(Encoding.ASCII));
    }

    private static ByteString ContextOf(string recipient) => ByteString.CopyFromUtf8("age identity of " + recipient);
}

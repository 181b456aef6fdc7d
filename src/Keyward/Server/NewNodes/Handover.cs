using System.Security.Cryptography;
using System.Text;
using Keyward.Keystores.Age;
using Keyward.Keystores.Material;
using Keyward.Keystores.Root;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;

namespace Keyward.Server.NewNodes;

/// <summary>The package that a joining node gets: an age file for the key that it made for this, of the root's 32 bytes
/// and then the connection string as UTF-8. The root is read where it lies and held no longer than needed.</summary>
internal sealed class Handover(RootSource source, string connectionFile) : IHandover
{
    /// <summary>A connection string is a few hundred bytes.</summary>
    private const int MaximumConnectionBytes = 16 * 1024;

    private static readonly Refusal BadRecipient = new(
        RefusalReason.InvalidArgument, "The recipient is not the public half of an age key.");

    public Outcome<byte[]> SealFor(string recipient)
    {
        if (AgeRecipient.TryParse(recipient) is not { } to) return BadRecipient;
        try
        {
            using var root = source.Load();
            using var package = new MemoryStream();
            using var writer = new AgeWriter(package, [to]);
            writer.Write(root.Secret);
            var connection = Encoding.UTF8.GetBytes(StoreChoice.ReadText(connectionFile));
            writer.Write(connection);
            writer.Finish();
            CryptographicOperations.ZeroMemory(connection);
            return package.ToArray();
        }
        catch (RootUnavailableException failure)
        {
            return new Refusal(RefusalReason.NotReady,
                $"This node has no root to hand over: {failure.Message} Ask a node that has it at hand, or copy it.");
        }
    }

    /// <summary>Root and connection string of a package. Whoever altered it made an
    /// <see cref="InvalidDataException"/>.</summary>
    public static (RootKey Root, byte[] Connection) Open(byte[] package, AgeIdentity identity)
    {
        using var source = new MemoryStream(package);
        using var reader = new AgeReader(source, [identity]);
        var secret = new SecretBytes(RootKey.SizeBytes);
        if (!reader.TryReadExactly(secret.Writable)) throw new InvalidDataException("The package is empty.");
        var connection = new List<byte>();
        Span<byte> next = stackalloc byte[1];
        while (connection.Count < MaximumConnectionBytes && reader.TryReadExactly(next)) connection.Add(next[0]);
        return (new RootKey(secret), [.. connection]);
    }
}

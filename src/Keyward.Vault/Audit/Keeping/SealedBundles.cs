using System.Security.Cryptography;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>An archive whose records only the holders of other keys can open. Hashes stay as they are: they tell
/// nothing of a record that has a nonce. The server cannot read back what it sealed, so what is proven is that the file
/// is what was written, and that the records which went into it lead to the root. For one writer.</summary>
internal sealed class SealedBundles(ITreeSource log, ITreeFiles archive, Func<ReadOnlyMemory<byte>, byte[]> seal)
    : ITreeSource
{
    /// <summary>What a sealed bundle's name ends with.</summary>
    public const string Ending = ".age";

    private readonly Dictionary<string, (byte[] Plain, byte[] Sealed)> _sums = [];

    /// <summary>Seals a bundle of the log; gives the bytes to be written and keeps what shows that they were.</summary>
    public byte[] Seal(string path, byte[] entries)
    {
        var bytes = seal(entries);
        _sums[path] = (SHA256.HashData(entries), SHA256.HashData(bytes));
        return bytes;
    }

    public async ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        if (!_sums.TryGetValue(path, out var sums)) return archive.Read(path);
        if (archive.Read(path + Ending) is not { } bytes || !SHA256.HashData(bytes).AsSpan().SequenceEqual(sums.Sealed))
            throw new TreeFileException(path + Ending, "is not what was written.");
        var entries = await log.ReadAsync(path, cancellation).ConfigureAwait(false);
        return entries is not null && SHA256.HashData(entries).AsSpan().SequenceEqual(sums.Plain)
            ? entries : throw new TreeFileException(path, "changed while it was archived.");
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Vault.Backups;

namespace Keyward.Cli;

/// <summary>Looks at a backup as it passes by: what it says of itself at its beginning, and whether its end is there
/// and fits all before it. A stream that broke off is no backup.</summary>
internal sealed class BackupPassage : IDisposable
{
    private const int EndSizeBytes = BackupFrame.HeaderSizeBytes + SHA256.HashSizeInBytes;

    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _begin = new();
    private byte[] _tail = [];
    private BackupManifest? _manifest;

    public void Pass(ReadOnlySpan<byte> bytes)
    {
        if (_manifest is null) Begin(bytes);
        byte[] held = [.. _tail, .. bytes];
        var old = Math.Max(0, held.Length - EndSizeBytes);
        _hash.AppendData(held.AsSpan(0, old));
        _tail = held[old..];
    }

    public BackupManifest End()
    {
        var expected = BackupFrame.Make(BackupPart.End, _hash.GetHashAndReset());
        return _manifest is not null && expected.AsSpan().SequenceEqual(_tail)
            ? _manifest : throw new FailedException("The backup broke off; nothing was kept of it.");
    }

    public void Dispose()
    {
        _hash.Dispose();
        _begin.Dispose();
    }

    private void Begin(ReadOnlySpan<byte> bytes)
    {
        _begin.Write(bytes);
        var begin = _begin.GetBuffer().AsSpan(0, (int)_begin.Length);
        if (begin.Length < BackupFrame.HeaderSizeBytes) return;
        var length = BinaryPrimitives.ReadInt32BigEndian(begin[1..]);
        if (begin.Length < BackupFrame.HeaderSizeBytes + length) return;
        _manifest = JsonSerializer.Deserialize(
            begin.Slice(BackupFrame.HeaderSizeBytes, length), BackupJson.Default.BackupManifest);
    }
}

namespace Keyward.Vault.Audit;

/// <summary>Bytes that one reader reads into again and again: what a reading gave is good until the next one. Grows to
/// the largest reading; one that is used once is what that reading needs.</summary>
public sealed class ReadBuffer(int sizeBytes)
{
    private byte[] _bytes = new byte[sizeBytes];

    /// <summary>All of it as it is now.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>Room for so many bytes.</summary>
    public Memory<byte> Take(int count)
    {
        if (_bytes.Length < count) _bytes = GC.AllocateUninitializedArray<byte>(count);
        return _bytes.AsMemory(0, count);
    }
}

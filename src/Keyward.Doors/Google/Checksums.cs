using Google.Protobuf;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Google;

/// <summary>Google's CRC32C fields: absent, nothing is checked; present, 0 included, it must fit or nothing is
/// done.</summary>
internal static class Checksums
{
    public static long Of(ReadOnlySpan<byte> bytes) => Crc32C.Of(bytes);

    public static Refusal? Check(ByteString bytes, long? claimed, string field) =>
        claimed is { } checksum && checksum != Of(bytes.Span)
            ? new Refusal(RefusalReason.ChecksumMismatch,
                $"The checksum in field {field}_crc32c did not match the data in field {field}.")
            : null;
}

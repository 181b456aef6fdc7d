using System.Buffers.Binary;
using Keyward.Vault.Imports;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>Where a version's material comes from. Stored, and bound into the sealed value.</summary>
public enum VersionOrigin
{
    Unspecified = 0,
    Generated = 1,
    Imported = 2,
}

/// <summary>Who brought a version's material in, when, how, and under which job's wrapping key.</summary>
public sealed record VersionImport(string Job, ImportMethod Method, DateTimeOffset Time, string By)
{
    internal static VersionImport? Parse(ref RowReader cells)
    {
        var (job, method, time, by) =
            (cells.TextOrNull(), cells.IntegerOrNull(), cells.TimeOrNull(), cells.TextOrNull());
        return job is null || method is null || time is null || by is null
            ? null
            : new VersionImport(job, (ImportMethod)method, time.Value, by);
    }
}

/// <summary>The words of origins in sealed values, records and statements.</summary>
public static class VersionOrigins
{
    public static string Label(this VersionOrigin origin) => origin switch
    {
        VersionOrigin.Generated => "generated",
        VersionOrigin.Imported => "imported",
        VersionOrigin.Unspecified => "unspecified",
    };
}

/// <summary>Fingerprints as 16 bytes.</summary>
internal static class Fingerprints
{
    public const int SizeBytes = 16;

    public static byte[] Bytes(UInt128 fingerprint)
    {
        var bytes = new byte[SizeBytes];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, fingerprint);
        return bytes;
    }

    public static UInt128 Parse(byte[] bytes) => bytes.Length == SizeBytes
        ? BinaryPrimitives.ReadUInt128BigEndian(bytes)
        : throw new FormatException("A fingerprint has 16 bytes.");
}

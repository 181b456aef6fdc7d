using System.Security.Cryptography;
using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;
using WireFormat = Google.Cloud.Kms.V1.PublicKey.Types.PublicKeyFormat;

namespace Keyward.Doors.Google;

/// <summary>Public keys in the formats that Google names (resources.proto, PublicKeyFormat).</summary>
internal static class PublicKeyFormats
{
    /// <summary>Why the format is none, before anything else is looked at.</summary>
    public static Refusal? Judge(WireFormat format) => Enum.IsDefined(format)
        ? null
        : Bad("public_key_format is not a format.");

    /// <summary>Why a version of the algorithm has no such form. A post-quantum key has no usual one: it must be
    /// named.</summary>
    public static Refusal? Judge(WireFormat format, AlgorithmRow row) => format switch
    {
        WireFormat.Unspecified when IsPostQuantum(row.Material) => Bad(
            "public_key_format is required for post-quantum keys: " +
            (row.Material == MaterialKind.XWing ? "XWING_RAW_BYTES." : "NIST_PQC.")),
        WireFormat.NistPqc when !IsPostQuantum(row.Material) || row.Material == MaterialKind.XWing =>
            Bad("NIST_PQC is the format of ML-DSA, SLH-DSA and ML-KEM keys."),
        WireFormat.XwingRawBytes when row.Material != MaterialKind.XWing =>
            Bad("XWING_RAW_BYTES is the format of X-Wing keys."),
        _ => null,
    };

    public static PublicKey Show(PublicHalf half, WireFormat format)
    {
        var version = half.Version;
        var message = new PublicKey
        {
            Name = version.FullName,
            Algorithm = Algorithms.Show(version.Algorithm),
            ProtectionLevel = Algorithms.Show(version.ProtectionLevel),
        };
        if (format is WireFormat.Unspecified or WireFormat.Pem)
        {
            message.Pem = PemEncoding.WriteString("PUBLIC KEY", half.Info.Span) + "\n";
            message.PemCrc32C = Checksums.Of(System.Text.Encoding.ASCII.GetBytes(message.Pem));
        }

        if (format == WireFormat.Unspecified) return message;
        message.PublicKeyFormat = format;
        var bytes = format switch
        {
            WireFormat.Pem => ByteString.CopyFromUtf8(message.Pem),
            WireFormat.Der => ByteString.CopyFrom(half.Info.Span),
            _ => ByteString.CopyFrom(half.Raw.Span),
        };
        message.PublicKey_ = new ChecksummedData { Data = bytes, Crc32CChecksum = Checksums.Of(bytes.Span) };
        return message;
    }

    private static bool IsPostQuantum(MaterialKind material) => material switch
    {
        MaterialKind.MlDsa44 or MaterialKind.MlDsa65 or MaterialKind.MlDsa87 or MaterialKind.SlhDsaSha2Of128s
            or MaterialKind.MlKem768 or MaterialKind.MlKem1024 or MaterialKind.XWing => true,
        MaterialKind.Unspecified or MaterialKind.Symmetric or MaterialKind.Rsa or MaterialKind.EcP256
            or MaterialKind.EcP384 or MaterialKind.EcP521 or MaterialKind.EcSecp256k1 or MaterialKind.Ed25519 => false,
    };

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}

using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Keyward.Vault.Gate;
using Keyward.Vault.Imports;
using WireFormat = Google.Cloud.Kms.V1.PublicKey.Types.PublicKeyFormat;
using WireJob = Google.Cloud.Kms.V1.ImportJob;
using WireKey = Google.Cloud.Kms.V1.ImportJob.Types.WrappingPublicKey;
using WireMethod = Google.Cloud.Kms.V1.ImportJob.Types.ImportMethod;
using WireState = Google.Cloud.Kms.V1.ImportJob.Types.ImportJobState;

namespace Keyward.Doors.Google;

/// <summary>Import jobs, their methods and the formats of their wrapping keys in Google's words.</summary>
internal static class ImportMethodNames
{
    public static Outcome<ImportMethod> Parse(WireMethod method) => method switch
    {
        WireMethod.RsaOaep3072Sha1Aes256 => ImportMethod.RsaOaep3072Sha1Aes256,
        WireMethod.RsaOaep4096Sha1Aes256 => ImportMethod.RsaOaep4096Sha1Aes256,
        WireMethod.RsaOaep3072Sha256Aes256 => ImportMethod.RsaOaep3072Sha256Aes256,
        WireMethod.RsaOaep4096Sha256Aes256 => ImportMethod.RsaOaep4096Sha256Aes256,
        WireMethod.RsaOaep3072Sha256 => ImportMethod.RsaOaep3072Sha256,
        WireMethod.RsaOaep4096Sha256 => ImportMethod.RsaOaep4096Sha256,
        WireMethod.HpkeKemMlKem768HkdfSha256Aes256Gcm => ImportMethod.HpkeMlKem768,
        WireMethod.HpkeKemMlKem1024HkdfSha256Aes256Gcm => ImportMethod.HpkeMlKem1024,
        WireMethod.HpkeKemXwingHkdfSha256Aes256Gcm => ImportMethod.HpkeXWing,
        WireMethod.Unspecified => Bad("import_job.import_method is required."),
        _ => Bad("import_job.import_method is not an import method."),
    };

    public static Outcome<WrappingKeyForm> Parse(WireFormat format) => format switch
    {
        WireFormat.Unspecified => WrappingKeyForm.Usual,
        WireFormat.Pem or WireFormat.Der => WrappingKeyForm.SubjectPublicKeyInfo,
        WireFormat.NistPqc => WrappingKeyForm.RawMlKem,
        WireFormat.XwingRawBytes => WrappingKeyForm.RawXWing,
        _ => Bad("public_key_format is not a format."),
    };

    /// <param name="format">As it was asked for; unspecified for the method's usual one.</param>
    public static WireJob Show(ImportJob job, WireFormat format, DateTimeOffset now)
    {
        var state = job.StateAt(now);
        var message = new WireJob
        {
            Name = job.Name.ToString(),
            ImportMethod = Show(job.Method),
            ProtectionLevel = Algorithms.Show(job.ProtectionLevel),
            CreateTime = job.CreateTime.ToTimestamp(),
            GenerateTime = job.GenerateTime?.ToTimestamp(),
            ExpireTime = job.ExpireTime.ToTimestamp(),
            State = Show(state),
        };
        if (state == ImportJobState.Expired)
            message.ExpireEventTime = (job.ExpireEventTime ?? job.ExpireTime).ToTimestamp();
        if (state != ImportJobState.Active || job.PublicKey is not { } key) return message;
        if (format == WireFormat.Unspecified && job.IsRsa)
        {
            message.PublicKey = new WireKey { Pem = Pem(key) };
            return message;
        }

        message.PublicKeyFormat = format != WireFormat.Unspecified ? format
            : job.Method == ImportMethod.HpkeXWing ? WireFormat.XwingRawBytes
            : WireFormat.NistPqc;
        message.PublicKey = format == WireFormat.Pem
            ? new WireKey { Pem = Pem(key), Data = ByteString.CopyFrom(Pem(key), Encoding.ASCII) }
            : new WireKey { Data = ByteString.CopyFrom(key) };
        return message;
    }

    private static string Pem(byte[] key) => PemEncoding.WriteString("PUBLIC KEY", key) + "\n";

    private static WireMethod Show(ImportMethod method) => method switch
    {
        ImportMethod.RsaOaep3072Sha1Aes256 => WireMethod.RsaOaep3072Sha1Aes256,
        ImportMethod.RsaOaep4096Sha1Aes256 => WireMethod.RsaOaep4096Sha1Aes256,
        ImportMethod.RsaOaep3072Sha256Aes256 => WireMethod.RsaOaep3072Sha256Aes256,
        ImportMethod.RsaOaep4096Sha256Aes256 => WireMethod.RsaOaep4096Sha256Aes256,
        ImportMethod.RsaOaep3072Sha256 => WireMethod.RsaOaep3072Sha256,
        ImportMethod.RsaOaep4096Sha256 => WireMethod.RsaOaep4096Sha256,
        ImportMethod.HpkeMlKem768 => WireMethod.HpkeKemMlKem768HkdfSha256Aes256Gcm,
        ImportMethod.HpkeMlKem1024 => WireMethod.HpkeKemMlKem1024HkdfSha256Aes256Gcm,
        ImportMethod.HpkeXWing => WireMethod.HpkeKemXwingHkdfSha256Aes256Gcm,
        // Google has no names for these: other doors' import parameters.
        ImportMethod.RsaOaep2048Sha1 or ImportMethod.RsaOaep3072Sha1 or ImportMethod.RsaOaep4096Sha1
            or ImportMethod.RsaOaep2048Sha256 or ImportMethod.RsaOaep2048Sha1Aes256
            or ImportMethod.RsaOaep2048Sha256Aes256 or ImportMethod.Unspecified => WireMethod.Unspecified,
    };

    private static WireState Show(ImportJobState state) => state switch
    {
        ImportJobState.PendingGeneration => WireState.PendingGeneration,
        ImportJobState.Active => WireState.Active,
        ImportJobState.Expired => WireState.Expired,
        ImportJobState.Unspecified => WireState.Unspecified,
    };

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}

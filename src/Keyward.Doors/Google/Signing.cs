using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;

namespace Keyward.Doors.Google;

/// <summary>Signatures and MACs.</summary>
internal sealed partial class KeyManagement
{
    public override Task<AsymmetricSignResponse> AsymmetricSign(
        AsymmetricSignRequest request, ServerCallContext context) =>
        gate.PassAsync(context, SignOf(request), result => new AsymmetricSignResponse
        {
            Name = result.Version.FullName,
            Signature = UnsafeByteOperations.UnsafeWrap(result.Signature),
            SignatureCrc32C = Checksums.Of(result.Signature),
            VerifiedDigestCrc32C = request.DigestCrc32C is not null,
            VerifiedDataCrc32C = request.DataCrc32C is not null,
            ProtectionLevel = Algorithms.Show(result.Version.ProtectionLevel),
        });

    public override Task<MacSignResponse> MacSign(MacSignRequest request, ServerCallContext context) =>
        gate.PassAsync(context, MacOf(request), result => new MacSignResponse
        {
            Name = result.Version.FullName,
            Mac = UnsafeByteOperations.UnsafeWrap(result.Signature),
            MacCrc32C = Checksums.Of(result.Signature),
            VerifiedDataCrc32C = request.DataCrc32C is not null,
            ProtectionLevel = Algorithms.Show(result.Version.ProtectionLevel),
        });

    public override Task<MacVerifyResponse> MacVerify(MacVerifyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, MacCheckOf(request), result => new MacVerifyResponse
        {
            Name = result.Version.FullName,
            Success = result.Holds,
            VerifiedDataCrc32C = request.DataCrc32C is not null,
            VerifiedMacCrc32C = request.MacCrc32C is not null,
            VerifiedSuccessIntegrity = result.Holds,
            ProtectionLevel = Algorithms.Show(result.Version.ProtectionLevel),
        });

    private static Outcome<IOperation<Signed>> SignOf(AsymmetricSignRequest request)
    {
        if (!ResourceNames.Version(request.Name).TryGet(out var name, out var refusal)) return refusal;
        if (request.Digest is not null == !request.Data.IsEmpty)
            return Bad("Exactly one of digest and data is needed.");
        if (Checksums.Check(request.Data, request.DataCrc32C, "data") is { } badData) return badData;
        // A checksum of what is absent fits the empty digest only: one that went astray must not be called verified.
        if (request.Digest is not { } digest)
            return Checksums.Check(ByteString.Empty, request.DigestCrc32C, "digest") is { } stray
                ? stray
                : new Sign(name.Parent, name.Number, null, new ToSign(SignatureInput.Message, request.Data.Memory));
        var (kind, bytes, hash) = digest.DigestCase switch
        {
            Digest.DigestOneofCase.Sha256 => (SignatureInput.Digest, digest.Sha256, HashFunction.Sha256),
            Digest.DigestOneofCase.Sha384 => (SignatureInput.Digest, digest.Sha384, HashFunction.Sha384),
            Digest.DigestOneofCase.Sha512 => (SignatureInput.Digest, digest.Sha512, HashFunction.Sha512),
            Digest.DigestOneofCase.ExternalMu => (SignatureInput.ExternalMu, digest.ExternalMu, HashFunction.None),
            _ => (SignatureInput.Unspecified, ByteString.Empty, HashFunction.None),
        };
        if (kind == SignatureInput.Unspecified)
            return Bad("digest holds none of sha256, sha384, sha512 and external_mu.");
        if (Checksums.Check(bytes, request.DigestCrc32C, "digest") is { } badDigest) return badDigest;
        return new Sign(name.Parent, name.Number, null, new ToSign(kind, bytes.Memory, hash));
    }

    private static Outcome<IOperation<Signed>> MacOf(MacSignRequest request)
    {
        if (!ResourceNames.Version(request.Name).TryGet(out var name, out var refusal)) return refusal;
        return Checksums.Check(request.Data, request.DataCrc32C, "data") is { } bad
            ? bad
            : new MacSign(name.Parent, name.Number, null, request.Data.Memory);
    }

    private static Outcome<IOperation<Verified>> MacCheckOf(MacVerifyRequest request)
    {
        if (!ResourceNames.Version(request.Name).TryGet(out var name, out var refusal)) return refusal;
        if (Checksums.Check(request.Data, request.DataCrc32C, "data") is { } badData) return badData;
        return Checksums.Check(request.Mac, request.MacCrc32C, "mac") is { } badMac
            ? badMac
            : new MacVerify(name.Parent, name.Number, null, request.Data.Memory, request.Mac.Memory);
    }
}

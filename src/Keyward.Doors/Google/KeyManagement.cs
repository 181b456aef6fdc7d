using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Google;

/// <summary>google.cloud.kms.v1.KeyManagementService. Each method parses, passes the gate once, and renders; the parts
/// stand in files by resource.</summary>
internal sealed partial class KeyManagement(Gate gate) : KeyManagementService.KeyManagementServiceBase
{
    // What this server does not offer yet is refused by name, and recorded like everything else.
    public override Task<PublicKey> GetPublicKey(GetPublicKeyRequest request, ServerCallContext context) =>
        NotOfferedAsync<PublicKey>(context);

    public override Task<CryptoKeyVersion> ImportTrustedKeyWrappedCryptoKeyVersion(
        ImportTrustedKeyWrappedCryptoKeyVersionRequest request, ServerCallContext context) =>
        NotOfferedAsync<CryptoKeyVersion>(context);

    public override Task<ExportTrustedKeyWrappedCryptoKeyVersionResponse> ExportTrustedKeyWrappedCryptoKeyVersion(
        ExportTrustedKeyWrappedCryptoKeyVersionRequest request, ServerCallContext context) =>
        NotOfferedAsync<ExportTrustedKeyWrappedCryptoKeyVersionResponse>(context);

    public override Task<RawEncryptResponse> RawEncrypt(RawEncryptRequest request, ServerCallContext context) =>
        NotOfferedAsync<RawEncryptResponse>(context);

    public override Task<RawDecryptResponse> RawDecrypt(RawDecryptRequest request, ServerCallContext context) =>
        NotOfferedAsync<RawDecryptResponse>(context);

    public override Task<AsymmetricSignResponse> AsymmetricSign(
        AsymmetricSignRequest request, ServerCallContext context) => NotOfferedAsync<AsymmetricSignResponse>(context);

    public override Task<AsymmetricDecryptResponse> AsymmetricDecrypt(
        AsymmetricDecryptRequest request, ServerCallContext context) =>
        NotOfferedAsync<AsymmetricDecryptResponse>(context);

    public override Task<MacSignResponse> MacSign(MacSignRequest request, ServerCallContext context) =>
        NotOfferedAsync<MacSignResponse>(context);

    public override Task<MacVerifyResponse> MacVerify(MacVerifyRequest request, ServerCallContext context) =>
        NotOfferedAsync<MacVerifyResponse>(context);

    public override Task<DecapsulateResponse> Decapsulate(DecapsulateRequest request, ServerCallContext context) =>
        NotOfferedAsync<DecapsulateResponse>(context);

    public override Task<GenerateRandomBytesResponse> GenerateRandomBytes(
        GenerateRandomBytesRequest request, ServerCallContext context) =>
        NotOfferedAsync<GenerateRandomBytesResponse>(context);

    private Task<TResponse> NotOfferedAsync<TResponse>(ServerCallContext context)
        where TResponse : IMessage, new() =>
        gate.RefuseAsync<TResponse>(context, NotOffered.Method(Passing.VisitOf(context).Arrival.Method));
}

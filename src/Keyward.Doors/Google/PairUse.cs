using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;

namespace Keyward.Doors.Google;

/// <summary>What is opened with the private half of a pair, and the public half itself.</summary>
internal sealed partial class KeyManagement
{
    public override Task<PublicKey> GetPublicKey(GetPublicKeyRequest request, ServerCallContext context)
    {
        if (!ResourceNames.Version(request.Name).TryGet(out var name, out var refusal))
            return gate.RefuseAsync<PublicKey>(context, refusal);
        return PublicKeyFormats.Judge(request.PublicKeyFormat) is { } bad
            ? gate.RefuseAsync<PublicKey>(context, bad)
            : gate.PassAsync(context, new GetPublicKey(name.Parent, name.Number)
            {
                Offers = row => PublicKeyFormats.Judge(request.PublicKeyFormat, row),
            }, half => PublicKeyFormats.Show(half, request.PublicKeyFormat));
    }

    public override Task<AsymmetricDecryptResponse> AsymmetricDecrypt(
        AsymmetricDecryptRequest request, ServerCallContext context) =>
        gate.PassAsync(context, DecryptOf(request), result => new AsymmetricDecryptResponse
        {
            Plaintext = UnsafeByteOperations.UnsafeWrap(result.Bytes),
            PlaintextCrc32C = Checksums.Of(result.Bytes),
            VerifiedCiphertextCrc32C = request.CiphertextCrc32C is not null,
            ProtectionLevel = Algorithms.Show(result.Version.ProtectionLevel),
        });

    public override Task<DecapsulateResponse> Decapsulate(DecapsulateRequest request, ServerCallContext context) =>
        gate.PassAsync(context, DecapsulateOf(request), result => new DecapsulateResponse
        {
            Name = result.Version.FullName,
            SharedSecret = UnsafeByteOperations.UnsafeWrap(result.Bytes),
            SharedSecretCrc32C = Checksums.Of(result.Bytes),
            VerifiedCiphertextCrc32C = request.CiphertextCrc32C is not null,
            ProtectionLevel = Algorithms.Show(result.Version.ProtectionLevel),
        });

    private static Outcome<IOperation<Opened>> DecryptOf(AsymmetricDecryptRequest request)
    {
        if (!ResourceNames.Version(request.Name).TryGet(out var name, out var refusal)) return refusal;
        return Checksums.Check(request.Ciphertext, request.CiphertextCrc32C, "ciphertext") is { } bad
            ? bad
            : new AsymmetricDecrypt(name.Parent, name.Number, null, request.Ciphertext.Memory);
    }

    private static Outcome<IOperation<Opened>> DecapsulateOf(DecapsulateRequest request)
    {
        if (!ResourceNames.Version(request.Name).TryGet(out var name, out var refusal)) return refusal;
        return Checksums.Check(request.Ciphertext, request.CiphertextCrc32C, "ciphertext") is { } bad
            ? bad
            : new Decapsulate(name.Parent, name.Number, request.Ciphertext.Memory);
    }
}

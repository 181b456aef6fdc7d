using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;

namespace Keyward.Doors.Google;

/// <summary>Encryption in standard modes, without the vault's format around it.</summary>
internal sealed partial class KeyManagement
{
    public override Task<RawEncryptResponse> RawEncrypt(RawEncryptRequest request, ServerCallContext context) =>
        gate.PassAsync(context, RawEncryptOf(request), result => new RawEncryptResponse
        {
            Name = result.Version.FullName,
            Ciphertext = UnsafeByteOperations.UnsafeWrap(result.Ciphertext),
            CiphertextCrc32C = Checksums.Of(result.Ciphertext),
            InitializationVector = UnsafeByteOperations.UnsafeWrap(result.Iv),
            InitializationVectorCrc32C = Checksums.Of(result.Iv),
            TagLength = result.TagSizeBytes,
            VerifiedPlaintextCrc32C = request.PlaintextCrc32C is not null,
            VerifiedAdditionalAuthenticatedDataCrc32C = request.AdditionalAuthenticatedDataCrc32C is not null,
            VerifiedInitializationVectorCrc32C = request.InitializationVectorCrc32C is not null,
            ProtectionLevel = Algorithms.Show(result.Version.ProtectionLevel),
        });

    public override Task<RawDecryptResponse> RawDecrypt(RawDecryptRequest request, ServerCallContext context) =>
        gate.PassAsync(context, RawDecryptOf(request), result => new RawDecryptResponse
        {
            Plaintext = UnsafeByteOperations.UnsafeWrap(result.Bytes),
            PlaintextCrc32C = Checksums.Of(result.Bytes),
            VerifiedCiphertextCrc32C = request.CiphertextCrc32C is not null,
            VerifiedAdditionalAuthenticatedDataCrc32C = request.AdditionalAuthenticatedDataCrc32C is not null,
            VerifiedInitializationVectorCrc32C = request.InitializationVectorCrc32C is not null,
            ProtectionLevel = Algorithms.Show(result.Version.ProtectionLevel),
        });

    private static Outcome<IOperation<RawEncrypted>> RawEncryptOf(RawEncryptRequest request)
    {
        if (!ResourceNames.Version(request.Name).TryGet(out var name, out var refusal)) return refusal;
        if (Checksums.Check(request.Plaintext, request.PlaintextCrc32C, "plaintext") is { } badText) return badText;
        if (Checksums.Check(request.AdditionalAuthenticatedData, request.AdditionalAuthenticatedDataCrc32C,
            "additional_authenticated_data") is { } badAad) return badAad;
        if (Checksums.Check(request.InitializationVector, request.InitializationVectorCrc32C,
            "initialization_vector") is { } badIv) return badIv;
        return new RawEncrypt(name.Parent, name.Number, request.Plaintext.Memory,
            request.AdditionalAuthenticatedData.Memory, request.InitializationVector.Memory);
    }

    private static Outcome<IOperation<Opened>> RawDecryptOf(RawDecryptRequest request)
    {
        if (!ResourceNames.Version(request.Name).TryGet(out var name, out var refusal)) return refusal;
        if (Checksums.Check(request.Ciphertext, request.CiphertextCrc32C, "ciphertext") is { } badText) return badText;
        if (Checksums.Check(request.AdditionalAuthenticatedData, request.AdditionalAuthenticatedDataCrc32C,
            "additional_authenticated_data") is { } badAad) return badAad;
        if (Checksums.Check(request.InitializationVector, request.InitializationVectorCrc32C,
            "initialization_vector") is { } badIv) return badIv;
        return new RawDecrypt(name.Parent, name.Number, request.Ciphertext.Memory,
            request.AdditionalAuthenticatedData.Memory, request.InitializationVector.Memory, request.TagLength);
    }
}

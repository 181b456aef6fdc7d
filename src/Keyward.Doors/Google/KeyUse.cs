using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;

namespace Keyward.Doors.Google;

internal sealed partial class KeyManagement
{
    private static readonly Refusal BadContext = new(RefusalReason.InvalidArgument,
        "additional_authenticated_data begins with the reserved prefix, but is not a canonical list of pairs.");

    public override Task<EncryptResponse> Encrypt(EncryptRequest request, ServerCallContext context) =>
        gate.PassAsync(context, EncryptOf(request), request, static (result, request) => new EncryptResponse
        {
            Name = result.Version.FullName,
            Ciphertext = UnsafeByteOperations.UnsafeWrap(result.Ciphertext),
            CiphertextCrc32C = Checksums.Of(result.Ciphertext),
            VerifiedPlaintextCrc32C = request.PlaintextCrc32C is not null,
            VerifiedAdditionalAuthenticatedDataCrc32C = request.AdditionalAuthenticatedDataCrc32C is not null,
            ProtectionLevel = Algorithms.Show(result.Version.ProtectionLevel),
        });

    public override Task<DecryptResponse> Decrypt(DecryptRequest request, ServerCallContext context) =>
        gate.PassAsync(context, DecryptOf(request), result => new DecryptResponse
        {
            Plaintext = UnsafeByteOperations.UnsafeWrap(result.Plaintext),
            PlaintextCrc32C = Checksums.Of(result.Plaintext),
            UsedPrimary = result.UsedPrimary,
            ProtectionLevel = Algorithms.Show(result.Version.ProtectionLevel),
        });

    private static Outcome<IOperation<Encrypted>> EncryptOf(EncryptRequest request)
    {
        if (!ResourceNames.KeyOrVersion(request.Name).TryGet(out var name, out var refusal)) return refusal;
        if (Checksums.Check(request.Plaintext, request.PlaintextCrc32C, "plaintext") is { } plaintext) return plaintext;
        if (Checksums.Check(request.AdditionalAuthenticatedData, request.AdditionalAuthenticatedDataCrc32C,
            "additional_authenticated_data") is { } aad) return aad;
        return Context.TryFromOpaque(request.AdditionalAuthenticatedData.Span, out var bound)
            ? new Encrypt(name.Key, name.Version, request.Plaintext.Memory, bound)
            : BadContext;
    }

    private static Outcome<IOperation<Decrypted>> DecryptOf(DecryptRequest request)
    {
        if (!ResourceNames.Key(request.Name).TryGet(out var name, out var refusal)) return refusal;
        if (Checksums.Check(request.Ciphertext, request.CiphertextCrc32C, "ciphertext") is { } ciphertext)
            return ciphertext;
        if (Checksums.Check(request.AdditionalAuthenticatedData, request.AdditionalAuthenticatedDataCrc32C,
            "additional_authenticated_data") is { } aad) return aad;
        return Context.TryFromOpaque(request.AdditionalAuthenticatedData.Span, out var bound)
            ? new Decrypt(name, request.Ciphertext.Memory, bound)
            : BadContext;
    }
}

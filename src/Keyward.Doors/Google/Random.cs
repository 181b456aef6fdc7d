using Google.Cloud.Kms.V1;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;
using WireLevel = Google.Cloud.Kms.V1.ProtectionLevel;

namespace Keyward.Doors.Google;

/// <summary>Random bytes.</summary>
internal sealed partial class KeyManagement
{
    /// <summary>Google's documented bound; the vault's own, which other doors have, is lower.</summary>
    private const int MinimumRandomBytes = 8;

    public override Task<GenerateRandomBytesResponse> GenerateRandomBytes(
        GenerateRandomBytesRequest request, ServerCallContext context) =>
        gate.PassAsync(context, RandomOf(request), result => new GenerateRandomBytesResponse
        {
            Data = UnsafeByteOperations.UnsafeWrap(result.Bytes),
            DataCrc32C = Checksums.Of(result.Bytes),
        });

    // Deviation: Google takes HSM only. Programs that ask for it get this server's generator all the same, since the
    // answer claims no level (docs/reference/google.md).
    private static Outcome<IOperation<RandomBytes>> RandomOf(GenerateRandomBytesRequest request)
    {
        if (!ResourceNames.Location(request.Location).TryGet(out var location, out var refusal)) return refusal;
        if (request.LengthBytes is < MinimumRandomBytes or > GenerateRandom.MaximumSizeBytes)
            return Bad($"length_bytes must be between {MinimumRandomBytes} and {GenerateRandom.MaximumSizeBytes}.");
        return request.ProtectionLevel switch
        {
            WireLevel.Unspecified or WireLevel.Software or WireLevel.Hsm =>
                new GenerateRandom(location, request.LengthBytes),
            _ => Bad("Random bytes are made at protection level HSM or SOFTWARE."),
        };
    }
}

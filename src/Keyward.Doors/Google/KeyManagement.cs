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
    // What this server does not offer is refused by name, and recorded like everything else.
    public override Task<CryptoKeyVersion> ImportTrustedKeyWrappedCryptoKeyVersion(
        ImportTrustedKeyWrappedCryptoKeyVersionRequest request, ServerCallContext context) =>
        NotOfferedAsync<CryptoKeyVersion>(context);

    public override Task<ExportTrustedKeyWrappedCryptoKeyVersionResponse> ExportTrustedKeyWrappedCryptoKeyVersion(
        ExportTrustedKeyWrappedCryptoKeyVersionRequest request, ServerCallContext context) =>
        NotOfferedAsync<ExportTrustedKeyWrappedCryptoKeyVersionResponse>(context);

    private Task<TResponse> NotOfferedAsync<TResponse>(ServerCallContext context)
        where TResponse : IMessage, new() =>
        gate.RefuseAsync<TResponse>(context, NotOffered.Method(
            Passing.VisitOf(context).Arrival.Method, Unoffered.TrustedWrapping));
}

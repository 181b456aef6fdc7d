using Google.Cloud.Kms.V1;
using Google.LongRunning;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Google;

/// <summary>Deleting keys and versions, and what deleted keys leave behind. A deletion is done when it is
/// answered.</summary>
internal sealed partial class KeyManagement
{
    private const string KeyType = "cloudkms.googleapis.com/CryptoKey";

    public override Task<Operation> DeleteCryptoKey(DeleteCryptoKeyRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Deletion>> operation =
            ResourceNames.Key(request.Name).TryGet(out var name, out var refusal) ? new DeleteKey(name) : refusal;
        return gate.PassAsync(context, operation, Operations.Show);
    }

    public override Task<Operation> DeleteCryptoKeyVersion(
        DeleteCryptoKeyVersionRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Deletion>> operation =
            ResourceNames.Version(request.Name).TryGet(out var name, out var refusal)
                ? new DeleteVersion(name)
                : refusal;
        return gate.PassAsync(context, operation, Operations.Show);
    }

    public override Task<RetiredResource> GetRetiredResource(
        GetRetiredResourceRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Key>> operation =
            ResourceNames.Retired(request.Name).TryGet(out var name, out var refusal) ? new GetRetired(name) : refusal;
        return gate.PassAsync(context, operation, ShowRetired);
    }

    public override Task<ListRetiredResourcesResponse> ListRetiredResources(
        ListRetiredResourcesRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Page<Key>>> operation =
            ResourceNames.Location(request.Parent).TryGet(out var parent, out var refusal)
                ? new ListRetired(parent, new PageRequest<Key>(request.PageSize, request.PageToken, ""))
                : refusal;
        return gate.PassAsync(context, operation, page => new ListRetiredResourcesResponse
        {
            RetiredResources = { page.Items.Select(ShowRetired) },
            NextPageToken = page.NextToken,
            TotalSize = page.TotalSize ?? 0,
        });
    }

    private static RetiredResource ShowRetired(Key key) => new()
    {
        Name = key.RetiredName.ToString(),
        OriginalResource = key.Name.ToString(),
        ResourceType = KeyType,
        DeleteTime = key.DeleteTime?.ToTimestamp(),
    };
}

using Google.Cloud.Kms.V1;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Google;

internal sealed partial class KeyManagement
{
    public override Task<global::Google.Cloud.Kms.V1.KeyRing> CreateKeyRing(
        CreateKeyRingRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Keys.KeyRing>> operation = ResourceNames.Location(request.Parent)
            .TryGet(out var parent, out var refusal)
                ? new CreateKeyRing(new KeyRingName(parent, request.KeyRingId)) : refusal;
        return gate.PassAsync(context, operation, Rendering.Ring);
    }

    public override Task<global::Google.Cloud.Kms.V1.KeyRing> GetKeyRing(
        GetKeyRingRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Keys.KeyRing>> operation = ResourceNames.KeyRing(request.Name)
            .TryGet(out var name, out var refusal) ? new GetKeyRing(name) : refusal;
        return gate.PassAsync(context, operation, Rendering.Ring);
    }

    public override Task<ListKeyRingsResponse> ListKeyRings(ListKeyRingsRequest request, ServerCallContext context) =>
        gate.PassAsync(context, ListRings(request), page =>
        {
            var response = new ListKeyRingsResponse
            {
                NextPageToken = page.NextToken, TotalSize = page.TotalSize ?? 0,
            };
            response.KeyRings.AddRange(page.Items.Select(Rendering.Ring));
            return response;
        });

    private static Outcome<IOperation<Page<Vault.Keys.KeyRing>>> ListRings(ListKeyRingsRequest request)
    {
        if (!ResourceNames.Location(request.Parent).TryGet(out var parent, out var refusal)) return refusal;
        return Lists.Page<Vault.Keys.KeyRing>(request.PageSize, request.PageToken, request.Filter, request.OrderBy,
            global::Google.Cloud.Kms.V1.KeyRing.Descriptor, Rendering.Ring).TryGet(out var page, out refusal)
            ? new ListKeyRings(parent, page)
            : refusal;
    }
}

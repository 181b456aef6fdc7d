using Google.Cloud.Kms.V1;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using WireState = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionState;

namespace Keyward.Doors.Google;

internal sealed partial class KeyManagement
{
    public override Task<CryptoKeyVersion> CreateCryptoKeyVersion(
        CreateCryptoKeyVersionRequest request, ServerCallContext context)
    {
        Outcome<IOperation<KeyVersion>> operation =
            ResourceNames.Key(request.Parent).TryGet(out var parent, out var refusal)
                ? new CreateVersion(parent) : refusal;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<CryptoKeyVersion> GetCryptoKeyVersion(
        GetCryptoKeyVersionRequest request, ServerCallContext context)
    {
        Outcome<IOperation<KeyVersion>> operation =
            ResourceNames.Version(request.Name).TryGet(out var name, out var refusal) ? new GetVersion(name) : refusal;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<ListCryptoKeyVersionsResponse> ListCryptoKeyVersions(
        ListCryptoKeyVersionsRequest request, ServerCallContext context) =>
        gate.PassAsync(context, List(request), page =>
        {
            var response = new ListCryptoKeyVersionsResponse
            {
                NextPageToken = page.NextToken, TotalSize = page.TotalSize ?? 0,
            };
            response.CryptoKeyVersions.AddRange(page.Items.Select(Show));
            return response;
        });

    public override Task<CryptoKeyVersion> UpdateCryptoKeyVersion(
        UpdateCryptoKeyVersionRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Update(request), Show);

    public override Task<CryptoKeyVersion> DestroyCryptoKeyVersion(
        DestroyCryptoKeyVersionRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Change(request.Name, VersionEvent.Destroy), Show);

    public override Task<CryptoKeyVersion> RestoreCryptoKeyVersion(
        RestoreCryptoKeyVersionRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Change(request.Name, VersionEvent.Restore), Show);

    private CryptoKeyVersion Show(KeyVersion version) => Rendering.Version(version, gate.Now);

    private static Outcome<IOperation<KeyVersion>> Change(string name, VersionEvent what) =>
        ResourceNames.Version(name).TryGet(out var version, out var refusal)
            ? new ChangeVersionState(version, what)
            : refusal;

    private Outcome<IOperation<Page<KeyVersion>>> List(ListCryptoKeyVersionsRequest request)
    {
        if (!ResourceNames.Key(request.Parent).TryGet(out var parent, out var refusal)) return refusal;
        var now = gate.Now;
        return Lists.Page<KeyVersion>(request.PageSize, request.PageToken, request.Filter, request.OrderBy,
            CryptoKeyVersion.Descriptor, v => Rendering.Version(v, now)).TryGet(out var page, out refusal)
            ? new ListVersions(parent, page)
            : refusal;
    }

    private static Outcome<IOperation<KeyVersion>> Update(UpdateCryptoKeyVersionRequest request)
    {
        var version = request.CryptoKeyVersion ?? new CryptoKeyVersion();
        if (!FieldMasks.Parse(request.UpdateMask, CryptoKeyVersion.Descriptor, "state").TryGet(out _, out var refusal))
            return refusal;
        return version.State switch
        {
            WireState.Enabled => Change(version.Name, VersionEvent.Enable),
            WireState.Disabled => Change(version.Name, VersionEvent.Disable),
            _ => Bad("A version's state can be set to ENABLED or DISABLED only."),
        };
    }
}

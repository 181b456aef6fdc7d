using Google.Cloud.Kms.V1;
using Google.Cloud.Location;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Google;

/// <summary>google.cloud.location.Locations: the locations that this deployment serves.</summary>
internal sealed class LocationsDoor(Gate gate) : Locations.LocationsBase
{
    public override Task<ListLocationsResponse> ListLocations(
        ListLocationsRequest request, ServerCallContext context) => gate.PassAsync(context, List(request), page =>
            new ListLocationsResponse { Locations = { page.Items.Select(Show) }, NextPageToken = page.NextToken });

    public override Task<Location> GetLocation(GetLocationRequest request, ServerCallContext context)
    {
        Outcome<IOperation<LocationName>> operation =
            ResourceNames.Location(request.Name).TryGet(out var name, out var refusal)
                ? new GetLocation(name)
                : refusal;
        return gate.PassAsync(context, operation, Show);
    }

    private static Outcome<IOperation<Page<LocationName>>> List(ListLocationsRequest request)
    {
        if (!ResourceNames.Project(request.Name).TryGet(out var project, out var refusal)) return refusal;
        return Lists.Page<LocationName>(request.PageSize, request.PageToken, request.Filter, "", Location.Descriptor,
            Show).TryGet(out var page, out refusal)
            ? new ListLocations(project, page)
            : refusal;
    }

    private static Location Show(LocationName name) => new()
    {
        Name = name.ToString(),
        LocationId = name.Location.Value,
        DisplayName = name.Location.Value,
        Labels = { ["cloud.googleapis.com/region"] = name.Location.Value },
        Metadata = Any.Pack(new LocationMetadata()),
    };
}

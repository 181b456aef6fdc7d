using Google.Cloud.Iam.V1;
using Google.Cloud.Kms.V1;
using Google.Cloud.Location;
using Google.Protobuf.Reflection;
using Keyward.Doors.Google;

namespace Keyward.SystemTests.Clients;

/// <summary>The methods of Google's clients, by the names that they have in them.</summary>
internal static class SurfaceList
{
    public static IReadOnlyList<string> Refused { get; } =
    [
        .. Unoffered.Methods.Where(m => m.Service.StartsWith("google.cloud.kms.", StringComparison.Ordinal))
            .Select(m => m.Name).Concat(Unoffered.TrustedWrappingMethods).Select(InCamelCase).Distinct(),
    ];

    public static IReadOnlyList<string> Offered { get; } =
    [
        .. ((ServiceDescriptor[])[KeyManagementService.Descriptor, IAMPolicy.Descriptor, Locations.Descriptor])
            .SelectMany(s => s.Methods).Select(m => InCamelCase(m.Name)).Except(Refused), "getOperation",
    ];

    private static string InCamelCase(string name) => char.ToLowerInvariant(name[0]) + name[1..];
}

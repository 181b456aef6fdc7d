using Google.Cloud.Iam.Credentials.V1;
using Google.Cloud.Iam.V1;
using Google.Cloud.Kms.V1;
using Google.Cloud.Location;
using Keyward.Doors.Rpc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Keyward.Doors.Google;

/// <summary>Google Cloud KMS v1 over gRPC and REST.</summary>
internal static class GoogleDoor
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<KeyManagement>().AddSingleton<Policies>().AddSingleton<LocationsDoor>()
            .AddSingleton<AccountTokens>()
            .AddSingleton<Operations>();
        services.AddSingleton(p => new RestService(
            KeyManagementService.Descriptor, p.GetRequiredService<KeyManagement>()));
        services.AddSingleton(p => new RestService(
            IAMCredentials.Descriptor, p.GetRequiredService<AccountTokens>()));
        services.AddSingleton(p => new RestService(IAMPolicy.Descriptor, p.GetRequiredService<Policies>()));
        services.AddSingleton(p => new RestService(
            global::Google.LongRunning.Operations.Descriptor, p.GetRequiredService<Operations>()));
        foreach (var method in Unoffered.Methods) services.AddSingleton(method);
        services.AddSingleton(p => new RestService(Locations.Descriptor, p.GetRequiredService<LocationsDoor>()));
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<KeyManagement>();
        routes.MapGrpcService<Policies>();
        routes.MapGrpcService<AccountTokens>();
        routes.MapGrpcService<LocationsDoor>();
        routes.MapGrpcService<Operations>();
    }
}

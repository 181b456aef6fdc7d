using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Keyward.Doors.Admin;

/// <summary>Keyward's own admin API, keyward.v1, over gRPC and REST.</summary>
internal static class AdminDoor
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ProjectsDoor>().AddSingleton<ServiceAccountsDoor>().AddSingleton<AuditDoor>()
            .AddSingleton<DeploymentDoor>().AddSingleton<BenchDoor>().AddSingleton<PoliciesDoor>()
            .AddSingleton<RolesDoor>().AddSingleton<GroupsDoor>().AddSingleton<IssuersDoor>()
            .AddSingleton<ProvenanceDoor>();
        services.AddSingleton(p => new RestService(Projects.Descriptor, p.GetRequiredService<ProjectsDoor>()));
        services.AddSingleton(p => new RestService(
            ServiceAccounts.Descriptor, p.GetRequiredService<ServiceAccountsDoor>()));
        services.AddSingleton(p => new RestService(Protos.V1.Audit.Descriptor, p.GetRequiredService<AuditDoor>()));
        services.AddSingleton(p => new RestService(Deployment.Descriptor, p.GetRequiredService<DeploymentDoor>()));
        services.AddSingleton(p => new RestService(
            Provenance.Descriptor, p.GetRequiredService<ProvenanceDoor>()));
        services.AddSingleton(p => new RestService(
            Protos.V1.Policies.Descriptor, p.GetRequiredService<PoliciesDoor>()));
        services.AddSingleton(p => new RestService(Roles.Descriptor, p.GetRequiredService<RolesDoor>()));
        services.AddSingleton(p => new RestService(Protos.V1.Groups.Descriptor, p.GetRequiredService<GroupsDoor>()));
        services.AddSingleton<GrantsDoor>().AddSingleton<DocumentsDoor>();
        services.AddSingleton(p => new RestService(Grants.Descriptor, p.GetRequiredService<GrantsDoor>()));
        services.AddSingleton(p => new RestService(PolicyDocuments.Descriptor, p.GetRequiredService<DocumentsDoor>()));
        services.AddSingleton<AuditProofsDoor>();
        services.AddSingleton(p => new RestService(AuditProofs.Descriptor, p.GetRequiredService<AuditProofsDoor>()));
        services.AddSingleton(p => new RestService(Issuers.Descriptor, p.GetRequiredService<IssuersDoor>()));
        services.AddSingleton<AuditKeepingDoor>().AddSingleton<WitnessesDoor>();
        services.AddSingleton(p => new RestService(AuditKeeping.Descriptor, p.GetRequiredService<AuditKeepingDoor>()));
        services.AddSingleton(p => new RestService(Witnesses.Descriptor, p.GetRequiredService<WitnessesDoor>()));
        services.AddSingleton<KeySwitchesDoor>().AddSingleton<AliasesDoor>();
        services.AddSingleton(p => new RestService(KeySwitches.Descriptor, p.GetRequiredService<KeySwitchesDoor>()));
        services.AddSingleton(p => new RestService(Aliases.Descriptor, p.GetRequiredService<AliasesDoor>()));
        services.AddSingleton<SignaturesDoor>().AddSingleton<QuotasDoor>();
        services.AddSingleton(p => new RestService(Quotas.Descriptor, p.GetRequiredService<QuotasDoor>()));
        services.AddSingleton<NodesDoor>().AddSingleton<BackupsDoor>();
        services.AddSingleton<AnomaliesDoor>().AddSingleton<RootsDoor>();
        services.AddSingleton(p => new RestService(Protos.V1.Roots.Descriptor, p.GetRequiredService<RootsDoor>()));
        services.AddSingleton(p => new RestService(
            Protos.V1.Anomalies.Descriptor, p.GetRequiredService<AnomaliesDoor>()));
        services.AddSingleton(p => new RestService(Nodes.Descriptor, p.GetRequiredService<NodesDoor>()));
        services.AddSingleton(p => new RestService(Signatures.Descriptor, p.GetRequiredService<SignaturesDoor>()));
    }

    /// <summary>The control of a development server, which no other has.</summary>
    public static void AddDev(IServiceCollection services) => services.AddSingleton<DevDoor>()
        .AddSingleton(p => new RestService(Dev.Descriptor, p.GetRequiredService<DevDoor>()));

    public static void MapDev(IEndpointRouteBuilder routes) => routes.MapGrpcService<DevDoor>();

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGrpcService<ProjectsDoor>();
        routes.MapGrpcService<ServiceAccountsDoor>();
        routes.MapGrpcService<AuditDoor>();
        routes.MapGrpcService<DeploymentDoor>();
        routes.MapGrpcService<BenchDoor>();
        routes.MapGrpcService<PoliciesDoor>();
        routes.MapGrpcService<RolesDoor>();
        routes.MapGrpcService<GroupsDoor>();
        routes.MapGrpcService<GrantsDoor>();
        routes.MapGrpcService<DocumentsDoor>();
        routes.MapGrpcService<IssuersDoor>();
        routes.MapGrpcService<AuditProofsDoor>();
        routes.MapGrpcService<AuditKeepingDoor>();
        routes.MapGrpcService<WitnessesDoor>();
        routes.MapGrpcService<ProvenanceDoor>();
        routes.MapGrpcService<SignaturesDoor>();
        routes.MapGrpcService<KeySwitchesDoor>();
        routes.MapGrpcService<AliasesDoor>();
        routes.MapGrpcService<QuotasDoor>();
        routes.MapGrpcService<NodesDoor>();
        routes.MapGrpcService<BackupsDoor>();
        routes.MapGrpcService<AnomaliesDoor>();
        routes.MapGrpcService<RootsDoor>();
    }
}

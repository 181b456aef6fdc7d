using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Google.Cloud.Iam.V1;
using Google.Cloud.Kms.V1;
using Google.Cloud.Location;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Keyward.Protos.V1;

namespace Keyward.Client;

/// <summary>A connection to a Keyward server: trusts one CA and no other, signs in with a key file, and offers each
/// service's generated client. Safe for concurrent use; refusals are <see cref="KeywardException"/> by
/// <see cref="KeywardException.Of"/>.</summary>
public sealed class KeywardConnection : IDisposable
{
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    private readonly GrpcChannel _channel;
    private readonly SocketsHttpHandler _handler;
    private readonly X509Certificate2Collection _trusted = [];

    /// <param name="address">HOST:PORT.</param>
    /// <param name="caFile">The CA to trust, PEM; null for the system's own trust.</param>
    public KeywardConnection(string address, string? caFile, KeyFile credentials)
    {
        Address = address;
        _handler = new SocketsHttpHandler { ConnectTimeout = ConnectPatience };
        if (caFile is not null)
        {
            _trusted.ImportFromPemFile(caFile);
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.AddRange(_trusted);
            _handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        _channel = GrpcChannel.ForAddress($"https://{address}", new GrpcChannelOptions { HttpHandler = _handler });
        var invoker = _channel.Intercept(metadata =>
        {
            metadata.Add("authorization", "Bearer " + credentials.Token());
            if (Reason is not null) metadata.Add("x-goog-request-reason", Reason);
            return metadata;
        }).Intercept(new Retrying());
        Keys = new KeyManagementService.KeyManagementServiceClient(invoker);
        Policies = new IAMPolicy.IAMPolicyClient(invoker);
        Locations = new Locations.LocationsClient(invoker);
        Projects = new Projects.ProjectsClient(invoker);
        ServiceAccounts = new ServiceAccounts.ServiceAccountsClient(invoker);
        Audit = new Audit.AuditClient(invoker);
        Deployment = new Deployment.DeploymentClient(invoker);
        Access = new Protos.V1.Policies.PoliciesClient(invoker);
        Roles = new Roles.RolesClient(invoker);
        Groups = new Groups.GroupsClient(invoker);
        Grants = new Grants.GrantsClient(invoker);
        Documents = new PolicyDocuments.PolicyDocumentsClient(invoker);
        Issuers = new Issuers.IssuersClient(invoker);
        Quotas = new Quotas.QuotasClient(invoker);
        AuditProofs = new AuditProofs.AuditProofsClient(invoker);
        AuditKeeping = new AuditKeeping.AuditKeepingClient(invoker);
        Witnesses = new Witnesses.WitnessesClient(invoker);
        Anomalies = new Anomalies.AnomaliesClient(invoker);
        Provenance = new Provenance.ProvenanceClient(invoker);
        Signatures = new Signatures.SignaturesClient(invoker);
        Dev = new Dev.DevClient(invoker);
        Nodes = new Nodes.NodesClient(invoker);
        Roots = new Roots.RootsClient(invoker);
        Backups = new Backups.BackupsClient(invoker);
        KeySwitches = new KeySwitches.KeySwitchesClient(invoker);
        Aliases = new Aliases.AliasesClient(invoker);
    }

    public string Address { get; }

    /// <summary>Why the calls are made, for the records of this connection's calls.</summary>
    public string? Reason { get; init; }
    public AuditProofs.AuditProofsClient AuditProofs { get; }

    public AuditKeeping.AuditKeepingClient AuditKeeping { get; }

    public Witnesses.WitnessesClient Witnesses { get; }

    public Anomalies.AnomaliesClient Anomalies { get; }

    public KeyManagementService.KeyManagementServiceClient Keys { get; }

    public IAMPolicy.IAMPolicyClient Policies { get; }

    public Locations.LocationsClient Locations { get; }

    public Projects.ProjectsClient Projects { get; }

    public ServiceAccounts.ServiceAccountsClient ServiceAccounts { get; }

    public Audit.AuditClient Audit { get; }

    public Deployment.DeploymentClient Deployment { get; }

    /// <summary>Policies with deny rules, their history, and questions of rights.</summary>
    public Protos.V1.Policies.PoliciesClient Access { get; }

    public Roles.RolesClient Roles { get; }

    public Groups.GroupsClient Groups { get; }

    public Grants.GrantsClient Grants { get; }

    public PolicyDocuments.PolicyDocumentsClient Documents { get; }

    public Issuers.IssuersClient Issuers { get; }

    public Quotas.QuotasClient Quotas { get; }

    public Nodes.NodesClient Nodes { get; }

    public Roots.RootsClient Roots { get; }

    public Backups.BackupsClient Backups { get; }

    public Provenance.ProvenanceClient Provenance { get; }

    public Signatures.SignaturesClient Signatures { get; }

    /// <summary>Only a development server answers it.</summary>
    public Dev.DevClient Dev { get; }

    public KeySwitches.KeySwitchesClient KeySwitches { get; }

    public Aliases.AliasesClient Aliases { get; }

    public void Dispose()
    {
        _channel.Dispose();
        _handler.Dispose();
        foreach (var certificate in _trusted) certificate.Dispose();
    }
}

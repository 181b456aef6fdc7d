using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;

namespace Keyward.Doors.Aws.Kms;

/// <summary>Custom key stores: this server has none and makes none. Whoever names one is told that it is not
/// there.</summary>
internal static class CustomStoreOperations
{
    private static readonly Member Id = Member.Text("CustomKeyStoreId", 1, 64);
    private static readonly Member Cluster = Member.Text("CloudHsmClusterId", 19, 24).Like(ModelPattern.Cluster);
    private static readonly Member Password = Member.Text("KeyStorePassword", 7, 32);

    private static readonly Member[] Proxy =
    [
        Member.Text("XksProxyUriEndpoint", 10, 128).Like(ModelPattern.ProxyEndpoint),
        Member.Text("XksProxyUriPath", 10, 128).Like(ModelPattern.ProxyPath),
        Member.Text("XksProxyVpcEndpointServiceName", 20, 64).Like(ModelPattern.ProxyService),
        Member.Text("XksProxyVpcEndpointServiceOwner", 12, 12).Like(ModelPattern.ProxyOwner),
        Member.Structure("XksProxyAuthenticationCredential", new Shape(
            Member.Text("AccessKeyId", 20, 30).Like(ModelPattern.ProxyKeyId).Required(),
            Member.Text("RawSecretAccessKey", 43, 64).Like(ModelPattern.ProxySecret).Required())),
        Member.Choice("XksProxyConnectivity", ["PUBLIC_ENDPOINT", "VPC_ENDPOINT_SERVICE"]),
    ];

    public static readonly Fault NotFound =
        new("CustomKeyStoreNotFoundException", null, RefusalReason.NotFound);

    public static readonly Operation[] All =
    [
        new("CreateCustomKeyStore", new Shape([Member.Text("CustomKeyStoreName", 1, 256).Required(), Cluster,
            Member.Text("TrustAnchorCertificate", 1, 5_000), Password,
            Member.Choice("CustomKeyStoreType", ["AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"]), .. Proxy]),
            _ => new(Answer.Of(Fault.Unsupported("Custom key stores are not offered by this server.")))),
        new("UpdateCustomKeyStore", new Shape([Id.Required(), Member.Text("NewCustomKeyStoreName", 1, 256), Password,
            Cluster, .. Proxy]), Miss),
        new("ConnectCustomKeyStore", new Shape(Id.Required()), Miss),
        new("DisconnectCustomKeyStore", new Shape(Id.Required()), Miss),
        new("DeleteCustomKeyStore", new Shape(Id.Required()), Miss),
        new("DescribeCustomKeyStores", new Shape(Id, Member.Text("CustomKeyStoreName", 1, 256), Member.Limit,
            Member.Marker), DescribeCustomKeyStores),
    ];

    private static ValueTask<Answer> Miss(Call call) => new(Answer.Of(NotFound));

    private static ValueTask<Answer> DescribeCustomKeyStores(Call call)
    {
        if (call.Input.Has("CustomKeyStoreId") || call.Input.Has("CustomKeyStoreName")) return Miss(call);
        if (call.Input.Has("Marker"))
            return new(Answer.Of(new Fault("InvalidMarkerException", null, RefusalReason.InvalidPageToken)));
        return call.PassAsync(new ReadForeignKeystores(call.Location), (json, _) =>
        {
            json.WriteStartArray("CustomKeyStores");
            json.WriteEndArray();
            json.WriteBoolean("Truncated", false);
        });
    }
}

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
            call => Use(call, null)),
        new("UpdateCustomKeyStore", new Shape([Id.Required(), Member.Text("NewCustomKeyStoreName", 1, 256), Password,
            Cluster, .. Proxy]), Miss),
        new("ConnectCustomKeyStore", new Shape(Id.Required()), Miss),
        new("DisconnectCustomKeyStore", new Shape(Id.Required()), Miss),
        new("DeleteCustomKeyStore", new Shape(Id.Required()), Miss),
        new("DescribeCustomKeyStores", new Shape(Id, Member.Text("CustomKeyStoreName", 1, 256), Member.Limit,
            Member.Marker), DescribeCustomKeyStores),
    ];

    /// <summary>AWS has rights of their own for these; here they are ruled by those to list and to make keys.</summary>
    public static readonly string[] Names = [.. All.Select(o => o.Name)];

    private static ValueTask<Answer> Miss(Call call) => Use(call, call.Input.Text("CustomKeyStoreId"));

    private static async ValueTask<Answer> Use(Call call, string? keystore)
    {
        var answer = await call.PassAsync(new UseForeignKeystore(call.Location, keystore), write: null)
            .ConfigureAwait(false);
        return answer.Fault?.Reason == RefusalReason.NotFound ? Answer.Of(NotFound) : answer;
    }

    private static ValueTask<Answer> DescribeCustomKeyStores(Call call)
    {
        if (call.Input.Has("CustomKeyStoreId") || call.Input.Has("CustomKeyStoreName"))
            return call.PassAsync(new ReadForeignKeystores(call.Location), _ => Answer.Of(NotFound));
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

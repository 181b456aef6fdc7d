using System.Text.Json;
using Google.Cloud.Iam.V1;
using Google.Cloud.Kms.V1;
using Google.Cloud.Location;
using Google.Protobuf.Reflection;
using Keyward.Protos.V1;
using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Contract;

/// <summary>gRPC on the wire: each method of each service, and what the framework refuses before a handler, leaves a
/// record under its method's name.</summary>
public sealed class GrpcRecordTests
{
    private const string Kms = "/google.cloud.kms.v1.KeyManagementService/";

    private static readonly ServiceDescriptor[] Services =
    [
        KeyManagementService.Descriptor, IAMPolicy.Descriptor, Locations.Descriptor, Projects.Descriptor,
        ServiceAccounts.Descriptor, Deployment.Descriptor, Google.LongRunning.Operations.Descriptor,
    ];

    [Fact]
    public async Task Every_method_is_recorded_for_the_administrator_and_for_nobody()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        var expected = new Dictionary<string, int>();
        foreach (var method in Services.SelectMany(s => s.Methods))
        {
            var path = $"/{method.Service.FullName}/{method.Name}";
            Assert.Equal(16, await GrpcWire.CallAsync(admin, path, [], anonymous: true));
            Assert.Contains(await GrpcWire.CallAsync(admin, path, []), (int[])[0, 3, 5, 7, 9, 12]);
            expected[method.Name] = expected.GetValueOrDefault(method.Name) + 2;
        }

        var recorded = await MethodsAsync(admin);
        foreach (var (method, count) in expected) Assert.Equal((method, count), (method, recorded[method]));
    }

    [Fact]
    public async Task What_the_framework_refuses_is_recorded_and_has_a_documented_code()
    {
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        using var admin = new RestClient(server);
        Assert.Equal(12, await GrpcWire.CallAsync(admin, "/google.cloud.kms.v1.EkmService/GetEkmConfig", []));
        Assert.Equal(12, await GrpcWire.CallAsync(admin, Kms + "Teleport", []));
        Assert.Equal(3, await GrpcWire.CallAsync(admin, Kms + "Decrypt", [0xff, 0xff, 0xff]));
        Assert.Equal(3, await GrpcWire.CallAsync(admin, Kms + "Encrypt", new byte[400 * 1024]));
        var recorded = await MethodsAsync(admin);
        foreach (var method in (string[])["GetEkmConfig", "Teleport", "Decrypt", "Encrypt"])
            Assert.Equal((method, 1), (method, recorded.GetValueOrDefault(method)));
    }

    private static async Task<Dictionary<string, int>> MethodsAsync(RestClient admin)
    {
        var methods = new Dictionary<string, int>();
        var next = "0";
        while (true)
        {
            var (status, page) = await admin.GetAsync($"/keyward/v1/audit/records?pageSize=1000&fromIndex={next}");
            Assert.Equal(200, status);
            foreach (var record in page.GetProperty("records").EnumerateArray())
            {
                var method = JsonDocument.Parse(record.GetString()!).RootElement.GetProperty("method").GetString()!;
                methods[method] = methods.GetValueOrDefault(method) + 1;
            }

            if (page.TryGetProperty("atEnd", out var end) && end.GetBoolean()) return methods;
            next = page.GetProperty("nextIndex").GetString()!;
        }
    }
}

using Keyward.SystemTests.Running;

namespace Keyward.SystemTests.Clients;

/// <summary><c>gcloud kms</c>, where the machine has it: no package list that this suite may use brings it.</summary>
public sealed class GcloudTests
{
    private static readonly string? Gcloud = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':').Select(f => Path.Combine(f, "gcloud")).FirstOrDefault(File.Exists);

    [Fact]
    public async Task The_gcloud_command_logs_in_and_works_with_keys()
    {
        Assert.SkipWhen(Gcloud is null, "gcloud is not installed here: gcloud kms was not tried.");
        using var data = new TemporaryData();
        await using var server = await KeywardServer.StartAsync(data.In("kms"));
        (string, string)[] environment =
        [
            .. server.AdminEnvironment(), ("CLOUDSDK_CONFIG", data.In("gcloud")), ("CLOUDSDK_CORE_PROJECT", "default"),
            ("CLOUDSDK_CORE_DISABLE_PROMPTS", "1"), ("CLOUDSDK_CORE_DISABLE_USAGE_REPORTING", "1"),
        ];
        async Task<string> RunAsync(string line)
        {
            var (code, output, errors) = await KeywardServer.RunAsync(Gcloud!, line.Split(' '), data.In(""), environment);
            Assert.True(code == 0, $"gcloud {line}: {errors}");
            return output;
        }

        await File.WriteAllTextAsync(data.In("plain"), "hello");
        const string ring = "--keyring shop --location global";
        await RunAsync("auth activate-service-account --key-file " + data.In("kms/credentials/admin.json"));
        await RunAsync("kms keyrings create shop --location global");
        await RunAsync($"kms keys create orders {ring} --purpose encryption --rotation-period 90d " +
            "--next-rotation-time 2099-01-01T00:00:00Z");
        await RunAsync($"kms encrypt --key orders {ring} --plaintext-file plain --ciphertext-file cipher");
        await RunAsync($"kms keys versions create --key orders {ring} --primary");
        Assert.Equal("hello", await RunAsync($"kms decrypt --key orders {ring} --ciphertext-file cipher --plaintext-file -"));
        Assert.Contains("nextRotationTime: '2099-01-01T00:00:00Z'", await RunAsync($"kms keys describe orders {ring}"));
        Assert.Contains("user:a@b.example", await RunAsync(
            $"kms keys add-iam-policy-binding orders {ring} --member user:a@b.example --role roles/cloudkms.viewer"));
    }
}

using Keyward.Tests.Doors;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;

namespace Keyward.Tests.Vault.Gate;

/// <summary>What a warm Encrypt leaves behind, from the token to the durable record: the doors and the framework
/// aside.</summary>
public sealed class AllocationTests
{
    private const int Calls = 2_000;

    [Fact]
    public async Task A_warm_encrypt_allocates_little()
    {
        await using var doors = await OpenDoors.OpenAsync();
        await doors.SendAsync("POST", "/v1/projects/default/locations/global/keyRings?keyRingId=r");
        await doors.SendAsync("POST", "/v1/projects/default/locations/global/keyRings/r/cryptoKeys?cryptoKeyId=k",
            """{"purpose":"ENCRYPT_DECRYPT"}""");
        Assert.True(ProjectId.TryParse("default", out var project));
        Assert.True(LocationId.TryParse("global", out var location));
        var key = new KeyName(new KeyRingName(new LocationName(project, location), "r"), "k");
        var gate = doors.Gate;
        var source = new Source("127.0.0.1", 1, "test", "1.3");
        var parts = new long[4];
        for (var i = 0; i < Calls; i++)
        {
            if (i == Calls / 2) Array.Clear(parts);
            var at = GC.GetAllocatedBytesForCurrentThread();
            void Part(int part)
            {
                var now = GC.GetAllocatedBytesForCurrentThread();
                parts[part] += now - at;
                at = now;
            }

            var arrival = gate.Receive(Door.GoogleGrpc, source, null);
            arrival.Method = "Encrypt";
            Part(0);
            var caller = gate.Identify(arrival, new BearerProof(doors.Token, ProofUse.Door)).Value;
            Part(1);
            var operation = new Encrypt(key, null, new byte[32], Context.None);
            Part(2);
            var pass = gate.PassAsync(arrival, caller, operation, default);
            Part(3);
            Assert.True((await pass).IsOk);
        }

        var shown = string.Join(" ", parts.Select(p => p / (Calls / 2)));
        Assert.True(parts.Sum() / (Calls / 2) < 1_800, shown);
    }
}

using System.Diagnostics.Metrics;
using Keyward.Tests.Doors;
using Keyward.Vault.Gate;

namespace Keyward.Tests.Vault.Metrics;

/// <summary>What requests leave in the meters, read as an exporter would.</summary>
public sealed class GateMetricsTests
{
    private readonly Dictionary<string, double> _sums = [];
    private readonly Lock _lock = new();

    [Fact]
    public async Task Requests_raise_what_the_rules_read()
    {
        await using var doors = await OpenDoors.OpenAsync();
        using var listener = Listen(doors.Metrics);
        const string Ring = "/v1/projects/default/locations/global/keyRings";
        await doors.SendAsync("POST", Ring + "?keyRingId=r");
        await doors.SendAsync("POST", Ring + "/r/cryptoKeys?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        await doors.SendAsync("POST", Ring + "/r/cryptoKeys/k:encrypt", """{"plaintext":"aGk="}""");
        await doors.SendAsync("POST", Ring + "/r/cryptoKeys?cryptoKeyId=m", """{"purpose":"MAC","versionTemplate":{"algorithm":"HMAC_SHA256"}}""");
        await doors.SendAsync("POST", Ring + "/r/cryptoKeys/m/cryptoKeyVersions/1:macVerify",
            $$"""{"data":"aGk=","mac":"{{Convert.ToBase64String(new byte[32])}}"}""");
        await doors.SendAsync("POST", Ring + "/r/cryptoKeys/k/cryptoKeyVersions/1:destroy");
        await doors.SendAsync("POST", Ring + "/r/cryptoKeys/k:encrypt", """{"plaintext":"aGk="}""");
        await doors.SendAsync("POST", Ring + "/r/cryptoKeys/k/cryptoKeyVersions", "{}");
        await doors.SendAsync("POST", Ring + "/r/cryptoKeys/k:updatePrimaryVersion", """{"cryptoKeyVersionId":"2"}""");
        await doors.SendAsync("GET", Ring, [], token: "nonsense");

        Assert.Equal(1, Sum("keyward_requests", "operation=encrypt", "outcome=ok", "door=google_rest"));
        Assert.Equal(1, Sum("keyward_verifications", "operation=mac_verify", "result=invalid"));
        Assert.Equal(1, Sum("keyward_pending_destroy_uses", "operation=encrypt"));
        Assert.Equal(1, Sum("keyward_rotations", "trigger=demand", "result=done"));
        Assert.Equal(1, Sum("keyward_denials", "reason=no_credentials"));
        Assert.True(Sum("keyward_keystore_duration_seconds", "operation=encrypt") > 0);
        Assert.True(Sum("keyward_store_duration_seconds", "operation=write") > 0);
        Assert.True(Sum("keyward_audit_commit_duration_seconds") > 0);
    }

    [Fact]
    public void Series_whose_first_increase_matters_begin_at_0()
    {
        using var metrics = new GateMetrics();
        using var listener = Listen(metrics);
        metrics.Prime();
        foreach (var series in (string[])["keyward_denials|door=aws|operation=other|reason=policy",
            "keyward_quota_throttled|door=google_grpc|scope=requests_per_minute",
            "keyward_verifications|operation=verify|result=invalid"])
            Assert.Equal(0, Assert.Contains(series, _sums));
    }

    private double Sum(string name, params string[] tags)
    {
        lock (_lock) return _sums.Where(s => s.Key.Split('|') is var parts && parts[0] == name
            && tags.All(parts.Contains)).Sum(s => s.Value);
    }

    private MeterListener Listen(GateMetrics metrics)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (metrics.Owns(instrument.Meter)) listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<long>((i, value, tags, _) => Add(i, value, tags));
        listener.SetMeasurementEventCallback<double>((i, value, tags, _) => Add(i, value, tags));
        listener.Start();
        return listener;
    }

    private void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var series = instrument.Name;
        foreach (var (name, label) in tags) series += $"|{name}={label}";
        lock (_lock) _sums[series] = _sums.GetValueOrDefault(series) + value;
    }
}

using System.Globalization;
using System.Text.Json;
using Keyward.Tests.Doors;
using Keyward.Vault.Automation;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Models;

/// <summary>Seeded random operations on keys and versions, through door and gate, beside a plain model: each answer, each
/// state and each ciphertext must be what the model says. A failure names its seed and step.</summary>
public sealed class KeyModelTests
{
    private const string Ring = "/v1/projects/default/locations/global/keyRings/model";
    private const int Steps = 500;
    private const int MaximumKeys = 6;

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
    private readonly List<KeyModel> _keys = [];
    private OpenDoors _doors = null!;
    private int _made;
    private Random _random = null!;
    private string _token = "";
    private string _at = "";

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(20261125)]
    public async Task Keys_and_versions_live_as_the_model_says(int seed)
    {
        _random = new Random(seed);
        await using var doors = _doors = await OpenDoors.OpenAsync(_time);
        _token = doors.NewToken();
        await ExpectAsync(200, "POST", Ring[..Ring.LastIndexOf('/')] + "?keyRingId=model");
        for (var step = 0; step < Steps; step++)
        {
            _at = $"seed {seed}, step {step}";
            foreach (var key in _keys) key.Tick(_time.GetUtcNow());
            await StepAsync();
            if (step % 20 == 0) foreach (var key in _keys) await CompareAsync(key);
        }

        foreach (var key in _keys) await CompareAsync(key);
        Assert.True(_keys.Sum(k => k.Ciphertexts.Count) > 20, "The walk was too tame.");
    }

    private Task StepAsync() => _random.Next(21) switch
    {
        0 => CreateKeyAsync(),
        1 => OnKeyAsync(CreateVersionAsync),
        2 => OnVersionAsync((k, v) => SetStateAsync(k, v, "ENABLED")),
        3 => OnVersionAsync((k, v) => SetStateAsync(k, v, "DISABLED")),
        4 => OnVersionAsync(DestroyAsync),
        5 => OnVersionAsync(RestoreAsync),
        6 => OnVersionAsync(SetPrimaryAsync),
        7 => PassTimeAsync(),
        8 => OnVersionAsync((k, v) => SetStateAsync(k, v, "ENABLED")),
        >= 9 and <= 13 => OnKeyAsync(EncryptAsync),
        >= 14 and <= 17 => OnKeyAsync(DecryptAsync),
        18 => OnKeyAsync(DeleteKeyAsync),
        _ => OnVersionAsync(DeleteAsync),
    };

    private async Task CreateKeyAsync()
    {
        if (_keys.Count == MaximumKeys) return;
        var key = new KeyModel($"k{_made++}");
        var isEmpty = _random.Next(4) == 0;
        await ExpectAsync(200, "POST", $"{Ring}/cryptoKeys?cryptoKeyId={key.Id}" +
            (isEmpty ? "&skipInitialVersionCreation=true" : ""), """{"purpose":"ENCRYPT_DECRYPT"}""");
        await ExpectAsync(409, "POST", $"{Ring}/cryptoKeys?cryptoKeyId={key.Id}", """{"purpose":"ENCRYPT_DECRYPT"}""");
        if (!isEmpty) key.Primary = key.Add().Number;
        _keys.Add(key);
    }

    private async Task CreateVersionAsync(KeyModel key)
    {
        var made = await ExpectAsync(200, "POST", $"{PathOf(key)}/cryptoKeyVersions", "{}");
        Assert.EndsWith($"/cryptoKeyVersions/{key.Add().Number}", made.GetProperty("name").GetString());
    }

    private async Task SetStateAsync(KeyModel key, VersionModel version, string wanted)
    {
        var allowed = key.Change(version, wanted);
        await ExpectAsync(allowed ? 200 : 400, "PATCH", $"{PathOf(key, version)}?updateMask=state",
            $$"""{"state":"{{wanted}}"}""");
    }

    private async Task DestroyAsync(KeyModel key, VersionModel version) => await ExpectAsync(
        key.Destroy(version, _time.GetUtcNow()) ? 200 : 400, "POST", PathOf(key, version) + ":destroy", "{}");

    private async Task RestoreAsync(KeyModel key, VersionModel version) => await ExpectAsync(
        key.Restore(version) ? 200 : 400, "POST", PathOf(key, version) + ":restore", "{}");

    private async Task DeleteAsync(KeyModel key, VersionModel version) =>
        await ExpectAsync(key.Delete(version) ? 200 : 400, "DELETE", PathOf(key, version), "");

    /// <summary>A key without versions goes for ever, and its name stays taken.</summary>
    private async Task DeleteKeyAsync(KeyModel key)
    {
        var allowed = key.Versions.Count == 0;
        await ExpectAsync(allowed ? 200 : 400, "DELETE", PathOf(key), "");
        if (!allowed) return;
        _keys.Remove(key);
        await ExpectAsync(404, "GET", PathOf(key), "");
        await ExpectAsync(409, "POST", $"{Ring}/cryptoKeys?cryptoKeyId={key.Id}", """{"purpose":"ENCRYPT_DECRYPT"}""");
    }

    private async Task SetPrimaryAsync(KeyModel key, VersionModel version)
    {
        var allowed = version.State != "DESTROYED";
        if (allowed) key.Primary = version.Number;
        await ExpectAsync(allowed ? 200 : 400, "POST", PathOf(key) + ":updatePrimaryVersion",
            $$"""{"cryptoKeyVersionId":"{{version.Number}}"}""");
    }

    /// <summary>Some days pass; the job that erases may run or not: a due version is refused either way.</summary>
    private async Task PassTimeAsync()
    {
        _time.Advance(TimeSpan.FromDays(_random.Next(1, 20)));
        _token = _doors.NewToken();
        foreach (var key in _keys) key.Tick(_time.GetUtcNow());
        if (_random.Next(2) == 0)
            await new Destruction(_doors.Keeper.Gate, _doors.Keeper.Store, _time).RunAsync(default);
    }

    private async Task EncryptAsync(KeyModel key)
    {
        var plaintext = Convert.ToBase64String(BitConverter.GetBytes(_random.NextInt64()));
        var named = key.Versions.Count > 0 && _random.Next(3) == 0
            ? key.Versions[_random.Next(key.Versions.Count)] : null;
        var used = named ?? (key.Primary is { } primary ? key.Find(primary) : null);
        var path = named is null ? PathOf(key) : PathOf(key, named);
        var answer = await ExpectAsync(used?.State == "ENABLED" ? 200 : 400, "POST", path + ":encrypt",
            $$"""{"plaintext":"{{plaintext}}"}""");
        if (used?.State != "ENABLED") return;
        Assert.EndsWith($"/cryptoKeyVersions/{used.Number}", answer.GetProperty("name").GetString());
        key.Ciphertexts.Add((used.Number, answer.GetProperty("ciphertext").GetString()!, plaintext));
    }

    private async Task DecryptAsync(KeyModel key)
    {
        if (key.Ciphertexts.Count == 0) return;
        var (number, ciphertext, plaintext) = key.Ciphertexts[_random.Next(key.Ciphertexts.Count)];
        var isUsable = key.Find(number)?.State == "ENABLED";
        var answer = await ExpectAsync(isUsable ? 200 : 400, "POST", PathOf(key) + ":decrypt",
            $$"""{"ciphertext":"{{ciphertext}}"}""");
        if (!isUsable) return;
        Assert.Equal((_at, plaintext), (_at, answer.GetProperty("plaintext").GetString()));
        var usedPrimary = answer.TryGetProperty("usedPrimary", out var used) && used.GetBoolean();
        Assert.Equal((_at, key.Primary == number), (_at, usedPrimary));
    }

    private async Task CompareAsync(KeyModel key)
    {
        var list = await ExpectAsync(200, "GET", $"{PathOf(key)}/cryptoKeyVersions?pageSize=1000", "");
        var versions = list.TryGetProperty("cryptoKeyVersions", out var items) ? items.EnumerateArray().ToList() : [];
        var shown = versions.Select(v => (
            int.Parse(v.GetProperty("name").GetString()!.Split('/')[^1], CultureInfo.InvariantCulture),
            v.GetProperty("state").GetString()!)).OrderBy(v => v.Item1);
        Assert.Equal(key.Versions.Select(v => (v.Number, v.State)), shown);
        var seen = await ExpectAsync(200, "GET", PathOf(key), "");
        var primary = seen.TryGetProperty("primary", out var p) ? p.GetProperty("name").GetString()!.Split('/')[^1] : null;
        Assert.Equal((_at, key.Primary?.ToString(CultureInfo.InvariantCulture)), (_at, primary));
    }

    private Task OnKeyAsync(Func<KeyModel, Task> act) =>
        _keys.Count == 0 ? Task.CompletedTask : act(_keys[_random.Next(_keys.Count)]);

    private Task OnVersionAsync(Func<KeyModel, VersionModel, Task> act) => OnKeyAsync(key =>
        key.Versions.Count == 0 ? Task.CompletedTask : act(key, key.Versions[_random.Next(key.Versions.Count)]));

    private async Task<JsonElement> ExpectAsync(int status, string method, string path, string body = "{}")
    {
        var reply = await _doors.SendAsync(method, path, System.Text.Encoding.UTF8.GetBytes(body), _token);
        Assert.True(reply.Status == status, $"{_at}: {method} {path} {body} gave {reply.Status} {reply.Text}");
        return reply.Json;
    }

    private static string PathOf(KeyModel key) => $"{Ring}/cryptoKeys/{key.Id}";

    private static string PathOf(KeyModel key, VersionModel version) =>
        $"{PathOf(key)}/cryptoKeyVersions/{version.Number}";
}

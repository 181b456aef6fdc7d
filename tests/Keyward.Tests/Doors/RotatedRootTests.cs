using Keyward.Keystores.Root;
using Keyward.Tests.Conformance;
using Keyward.Vault.Automation;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Projects;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Doors;

/// <summary>Root and project keys are exchanged while all is served, and whatever moment a crash takes, the store
/// opens.</summary>
public sealed class RotatedRootTests : IDisposable
{
    private const string Keys = "/v1/projects/default/locations/global/keyRings/r/cryptoKeys";

    private readonly TemporaryFolder _saved = new();

    [Fact]
    public async Task The_old_root_opens_the_store_until_the_rotation_is_finished_and_nothing_after()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var ciphertext = await MakeKeyAsync(doors);
        await DemandIdTokenAsync(doors);
        var old = RootFile.Load(RootOf(doors));
        Assert.Equal(400, (await doors.SendAsync("POST", "/keyward/v1/root:finishRotation", "{}")).Status);

        var before = (await doors.SendAsync("GET", "/keyward/v1/root")).Json;
        var rotated = await PostAsync(doors, "/keyward/v1/root:rotate");
        Assert.Equal(2, rotated.Json.GetProperty("generation").GetInt32());
        Assert.NotEqual(before.GetProperty("check").GetString(), rotated.Json.GetProperty("check").GetString());
        Assert.True(rotated.Json.GetProperty("rotating").GetBoolean());
        Assert.Equal(400, (await doors.SendAsync("POST", "/keyward/v1/root:rotate", "{}")).Status);
        await DemandServiceAsync(doors, ciphertext);
        Assert.Equal(old.Secret, File.ReadAllBytes(RootOf(doors) + ".old"));
        OpenDoors.Copy(doors.Folder, _saved.In("rotated"));

        // Killed before the file was replaced: the old root opens the store over the bridge, and is replaced.
        OpenDoors.Copy(doors.Folder, _saved.In("killed"));
        File.Move(Path.Combine(_saved.In("killed"), "root.key.old"), Path.Combine(_saved.In("killed"), "root.key"), true);
        await using (var killed = await OpenDoors.OpenAsync(copyOf: _saved.In("killed")))
        {
            await DemandServiceAsync(killed, ciphertext);
            Assert.Equal(File.ReadAllBytes(RootOf(doors)), File.ReadAllBytes(RootOf(killed)));
            Assert.Equal(old.Secret, File.ReadAllBytes(RootOf(killed) + ".old"));
        }

        await OpensAsync(_saved.In("rotated"), ciphertext);
        var finished = await PostAsync(doors, "/keyward/v1/root:finishRotation");
        Assert.Equal(400, (await doors.SendAsync("POST", "/keyward/v1/root:finishRotation", "{}")).Status);
        Assert.Equal(rotated.Json.GetProperty("check").GetString(), finished.Json.GetProperty("check").GetString());
        await DemandServiceAsync(doors, ciphertext);
        await DemandIdTokenAsync(doors);
        Assert.Equal(200, (await doors.SendAsync("POST", "/keyward/v1/projects", """{"id":"later"}""")).Status);
        doors.Gate.Vault!.KeepRoot();
        Assert.False(File.Exists(RootOf(doors) + ".old"));

        await OpensAsync(doors.Folder, ciphertext);
        var state = await doors.Keeper.Store.LoadAsync(default);
        var keys = state.Rows.Where(r => r.Table == Tables.SealedKey).Select(r => SealedKeyRow.Parse(r).Key).ToList();
        var id = Deployment.Parse(state.Rows.Single(r => r.Table == Tables.Deployment)).IdBytes;
        Assert.Throws<SealBrokenException>(() => KeyHierarchy.Open(old, id, keys));
        // Nor does an older copy of a row that it sealed lie in the feed.
        var since = state.Rows.Where(r => r.Table == Tables.SealedKey).Min(r => r.Seq);
        Assert.All((await doors.Keeper.Store.ReadFeedAsync(0, int.MaxValue, default)).SelectMany(e => e.Rows)
            .Where(r => r.Table == Tables.SealedKey), r => Assert.True(r.Seq >= since));
        old.Dispose();
    }

    [Fact]
    public async Task A_second_rotation_follows_the_first_one()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var ciphertext = await MakeKeyAsync(doors);
        for (var generation = 2; generation < 4; generation++)
        {
            var rotated = await PostAsync(doors, "/keyward/v1/root:rotate");
            Assert.Equal(generation, rotated.Json.GetProperty("generation").GetInt32());
            doors.Gate.Vault!.KeepRoot();
            await PostAsync(doors, "/keyward/v1/root:finishRotation");
            doors.Gate.Vault!.KeepRoot();
            await OpensAsync(doors.Folder, ciphertext);
        }
    }

    [Fact]
    public async Task A_project_key_goes_when_all_that_it_sealed_is_under_the_next_one()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var ciphertext = await MakeKeyAsync(doors);
        for (var i = 0; i < 5; i++)
            Assert.Equal(200, (await doors.SendAsync("POST", $"{Keys}/k/cryptoKeyVersions", "{}")).Status);
        var before = Snapshot(doors);
        var old = before.Find(Project)!.Project.ProjectKeyId;
        var material = before.Keys.Single().Versions.Select(v => v.Material.Sealed.Sealed).ToList();

        // Two rows a call, and a crash after the first: the seven rows are the versions and the access key.
        async Task<int> RotateAsync(OpenDoors at, bool goOn)
        {
            var outcome = await new JobCaller(at.Gate, "test").PassAsync(
                "Test", new RotateProjectKey(Project, goOn) { MaximumRows = 2 }, default);
            Assert.True(outcome.TryGet(out var rotation, out var refusal), refusal?.Sentence);
            return rotation.Remaining;
        }

        Assert.Equal(5, await RotateAsync(doors, false));
        Assert.False(Snapshot(doors).SealedKeys[Convert.ToHexString(old)].IsErased);
        await DemandServiceAsync(doors, ciphertext);
        await OpensAsync(doors.Folder, ciphertext);
        // What is written meanwhile is under the new key already, and what begins again goes on.
        Assert.Equal(200, (await doors.SendAsync("POST", $"{Keys}/k/cryptoKeyVersions", "{}")).Status);
        Assert.Equal(3, await RotateAsync(doors, false));
        Assert.Equal(1, await RotateAsync(doors, true));
        Assert.Equal(0, await RotateAsync(doors, true));
        var after = Snapshot(doors);
        Assert.NotEqual(old, after.Find(Project)!.Project.ProjectKeyId);
        Assert.True(after.SealedKeys[Convert.ToHexString(old)].IsErased);
        Assert.DoesNotContain(after.Keys.Single().Versions, v => material.Exists(
            m => m.AsSpan().SequenceEqual(v.Material.Sealed.Sealed)));
        // Going on where nothing is left changes nothing.
        var seq = after.Seq;
        Assert.Equal(200, (await doors.SendAsync(
            "POST", "/keyward/v1/projects/default:rotateKey", """{"continue":true}""")).Status);
        Assert.Equal(seq, Snapshot(doors).Seq);
        await DemandServiceAsync(doors, ciphertext);
        Assert.Equal(200, (await doors.CallAwsAsync("TrentService.ListKeys", "{}")).Status);
        await OpensAsync(doors.Folder, ciphertext);
    }

    [Fact]
    public void A_passphrase_that_was_typed_seals_the_next_root_too()
    {
        using var folder = new TemporaryFolder();
        using var root = RootKey.Make();
        using var next = RootKey.Make();
        var path = folder.In("root.seal");
        PassphraseSeal.Make(root, "correct horse"u8).Save(path);
        var seal = PassphraseSeal.Load(path);
        using (var wrong = seal.KeyOf("battery staple"u8)) Assert.Null(seal.Open(wrong));
        using (var key = seal.KeyOf("correct horse"u8)) PrivateFile.Replace(path, seal.With(next, key).ToBytes());
        using var opened = PassphraseSeal.Load(path).Open("correct horse"u8);
        Assert.Equal(next.Secret, opened!.Secret);
        using var before = PassphraseSeal.Load(path + ".old").Open("correct horse"u8);
        Assert.Equal(root.Secret, before!.Secret);
    }

    public void Dispose() => _saved.Dispose();

    private static ProjectId Project =>
        ProjectId.TryParse("default", out var id) ? id : throw new InvalidOperationException();

    private static Snapshot Snapshot(OpenDoors doors) => doors.Gate.Vault!.Snapshot;

    private static string RootOf(OpenDoors doors) => Path.Combine(doors.Folder, "root.key");

    private static async Task<string> MakeKeyAsync(OpenDoors doors)
    {
        await doors.SendAsync("POST", "/v1/projects/default/locations/global/keyRings?keyRingId=r");
        await doors.SendAsync("POST", $"{Keys}?cryptoKeyId=k", """{"purpose":"ENCRYPT_DECRYPT"}""");
        var reply = await doors.SendAsync("POST", $"{Keys}/k:encrypt", """{"plaintext":"aGVsbG8="}""");
        return reply.Json.GetProperty("ciphertext").GetString()!;
    }

    /// <summary>Signed by a key that the root seals.</summary>
    private static async Task DemandIdTokenAsync(OpenDoors doors)
    {
        var email = doors.Gate.Vault!.Snapshot.Accounts.Keys.Single();
        if (doors.Gate.Vault.Snapshot.DeploymentPolicy.Revision < 2)
            Assert.Equal(200, (await doors.SendAsync("PUT", "/keyward/v1/policy", $$"""
                {"resource":"deployment","bindings":[
                  {"role":"roles/keyward.admin","members":["serviceAccount:{{email}}"]},
                  {"role":"roles/iam.serviceAccountTokenCreator","members":["serviceAccount:{{email}}"]}]}
                """)).Status);
        var reply = await doors.SendAsync("POST",
            $"/v1/projects/-/serviceAccounts/{email}:generateIdToken", """{"audience":"a"}""");
        Assert.True(reply.Status == 200, reply.Text);
    }

    private static async Task DemandServiceAsync(OpenDoors doors, string ciphertext)
    {
        var reply = await doors.SendAsync("POST", $"{Keys}/k:decrypt", $$"""{"ciphertext":"{{ciphertext}}"}""");
        Assert.True(reply.Status == 200, reply.Text);
    }

    private static async Task OpensAsync(string folder, string ciphertext)
    {
        await using var doors = await OpenDoors.OpenAsync(copyOf: folder);
        await DemandServiceAsync(doors, ciphertext);
    }

    private static async Task<RestReply> PostAsync(OpenDoors doors, string path)
    {
        var reply = await doors.SendAsync("POST", path, "{}");
        Assert.True(reply.Status == 200, reply.Text);
        return reply;
    }
}

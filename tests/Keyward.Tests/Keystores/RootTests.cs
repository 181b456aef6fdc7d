using System.Security.Cryptography;
using Keyward.Keystores.Root;
using Keyward.Tests.Conformance;
using Keyward.Vault.Keystores;

namespace Keyward.Tests.Keystores;

public sealed class RootTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_root_file_is_made_for_its_owner_alone_and_read_back()
    {
        var path = _folder.In("root.key");
        using var made = RootFile.Create(path);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        using var loaded = RootFile.Load(path);
        Assert.True(loaded.Secret.SequenceEqual(made.Secret));
    }

    [Fact]
    public void A_root_file_that_others_can_read_is_refused_with_what_to_do()
    {
        var path = _folder.In("root.key");
        RootFile.Create(path).Dispose();
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", Assert.Throws<RootUnavailableException>(() => RootFile.Load(path)).Message);
    }

    [Fact]
    public void A_truncated_root_file_is_refused()
    {
        var path = _folder.In("root.key");
        RootFile.Create(path).Dispose();
        File.WriteAllBytes(path, new byte[31]);
        Assert.Throws<RootUnavailableException>(() => RootFile.Load(path));
    }

    [Fact]
    public void A_passphrase_opens_its_seal_and_no_other_does()
    {
        using var root = RootKey.Make();
        PassphraseSeal.Make(root, "correct horse"u8).Save(_folder.In("root.seal"));
        var seal = PassphraseSeal.Load(_folder.In("root.seal"));
        using var opened = seal.Open("correct horse"u8);
        Assert.True(opened!.Secret.SequenceEqual(root.Secret));
        Assert.Null(seal.Open("correct horsf"u8));
    }

    [Fact]
    public void Another_root_opens_nothing()
    {
        using var keys = new VaultKeys();
        using var other = RootKey.Make();
        Assert.Throws<SealBrokenException>(
            () => KeyHierarchy.Open(other, keys.DeploymentId, keys.DeploymentKeys.Select(k => k.Key)));
        Assert.False(RootFile.Fits(other, keys.Root.Check()));
        KeyHierarchy.Open(keys.Root, keys.DeploymentId, keys.DeploymentKeys.Select(k => k.Key)).Dispose();
    }

    [Fact]
    public void A_state_sum_is_sealed_with_its_number()
    {
        using var keys = new VaultKeys();
        var sum = RandomNumberGenerator.GetBytes(32);
        var value = keys.Hierarchy.SealStateSum(7, sum);
        var opened = new byte[32];
        Assert.True(keys.Hierarchy.TryOpenStateSum(7, value, opened));
        Assert.Equal(sum, opened);
        Assert.False(keys.Hierarchy.TryOpenStateSum(8, value, opened));
    }

    [Fact]
    public void Audit_digests_are_keyed_and_labelled()
    {
        using var keys = new VaultKeys();
        var (a, b, c) = (new byte[16], new byte[16], new byte[16]);
        keys.Hierarchy.AuditDigest("aad", "tenant=42"u8, a);
        keys.Hierarchy.AuditDigest("token", "tenant=42"u8, b);
        keys.Hierarchy.AuditDigest("aad", "tenant=42"u8, c);
        Assert.NotEqual(a, b);
        Assert.Equal(a, c);
    }
}

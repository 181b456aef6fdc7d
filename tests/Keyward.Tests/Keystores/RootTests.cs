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
    public void A_file_of_another_user_is_refused_with_what_to_do()
    {
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Contains("chown 1000 /r", PrivateFile.WhyNot("/r", "root key", owner, 1001, 1000), StringComparison.Ordinal);
        Assert.Null(PrivateFile.WhyNot("/r", "root key", owner, 1000, 1000));
        Assert.Null(PrivateFile.WhyNot("/r", "root key", UnixFileMode.UserRead, 0, 1000));
        Assert.NotNull(PrivateFile.WhyNot("/r", "root key", owner | UnixFileMode.OtherRead, 1000, 1000));
        // As an orchestrator mounts a secret; nobody but root may widen it so.
        var mounted = UnixFileMode.UserRead | UnixFileMode.GroupRead;
        Assert.Null(PrivateFile.WhyNot("/r", "root key", mounted, 0, 1000));
        Assert.NotNull(PrivateFile.WhyNot("/r", "root key", mounted, 0, 0));
        Assert.NotNull(PrivateFile.WhyNot("/r", "root key", mounted, 1000, 1000));
        Assert.NotNull(PrivateFile.WhyNot("/r", "root key", mounted | UnixFileMode.OtherRead, 0, 1000));
        Assert.NotNull(PrivateFile.WhyNot("/r", "root key", mounted | UnixFileMode.GroupWrite, 0, 1000));
    }

    [Fact]
    public void A_root_file_is_never_written_over()
    {
        var path = _folder.In("root.key");
        RootFile.Create(path).Dispose();
        var before = File.ReadAllBytes(path);
        Assert.Throws<IOException>(() => RootFile.Create(path));
        Assert.Equal(before, File.ReadAllBytes(path));
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void A_root_file_half_written_by_a_crash_does_not_stand_in_the_way()
    {
        File.WriteAllBytes(_folder.In("root.key.new"), new byte[7]);
        RootFile.Create(_folder.In("root.key")).Dispose();
        RootFile.Load(_folder.In("root.key")).Dispose();
    }

    [Fact]
    public void A_seal_that_others_can_read_or_that_is_damaged_is_refused()
    {
        var path = _folder.In("root.seal");
        using var root = RootKey.Make();
        PassphraseSeal.Make(root, "correct horse"u8).Save(path);
        var text = File.ReadAllText(path);
        File.WriteAllText(path, text[..^10]);
        Assert.Throws<RootUnavailableException>(() => PassphraseSeal.Load(path));
        File.WriteAllText(path, "{}");
        Assert.Throws<RootUnavailableException>(() => PassphraseSeal.Load(path).Open("correct horse"u8));
        File.WriteAllText(path, text.Replace("65536", "999999999", StringComparison.Ordinal));
        Assert.Throws<RootUnavailableException>(() => PassphraseSeal.Load(path).Open("correct horse"u8));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Throws<RootUnavailableException>(() => PassphraseSeal.Load(path)).Message);
    }

    [Fact]
    public void A_seal_with_another_check_value_does_not_open()
    {
        using var root = RootKey.Make();
        using var other = RootKey.Make();
        var seal = PassphraseSeal.Make(root, "correct horse"u8) with { Check = other.Check() };
        Assert.Null(seal.Open("correct horse"u8));
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
    public void Project_keys_cannot_stand_in_for_each_other()
    {
        using var keys = new VaultKeys();
        var (one, two) = (RandomNumberGenerator.GetBytes(16), RandomNumberGenerator.GetBytes(16));
        var (a, b) = (keys.Hierarchy.MakeProjectKey(one, "projects/a"), keys.Hierarchy.MakeProjectKey(two, "projects/b"));
        Assert.Throws<SealBrokenException>(() => keys.Hierarchy.Adopt(one, a with { Sealed = b.Sealed }));
        Assert.Throws<SealBrokenException>(() => keys.Hierarchy.Adopt(one, a with { Binding = b.Binding }));
        using var elsewhere = KeyHierarchy.Found(keys.Root, RandomNumberGenerator.GetBytes(16)).Hierarchy;
        Assert.Throws<SealBrokenException>(() => elsewhere.Adopt(one, a));
        keys.Hierarchy.Adopt(one, a);
    }

    [Fact]
    public void Row_seals_terms_digests_and_macs_are_of_different_keys()
    {
        using var keys = new VaultKeys();
        var bytes = RandomNumberGenerator.GetBytes(32);
        var (seal, term, mac) = (new byte[32], new byte[32], new byte[32]);
        var (digest, state) = (new byte[16], new byte[16]);
        keys.Hierarchy.SealRow(bytes, seal);
        keys.Hierarchy.StateTerm(bytes, term);
        keys.Hierarchy.TokenMac("access-token/1", bytes, mac);
        keys.Hierarchy.AuditDigest("aad", bytes, digest);
        keys.Hierarchy.StateDigest(bytes, state);
        Assert.Equal(5, new[] { seal[..16], term[..16], mac[..16], digest, state }.Select(Convert.ToHexString)
            .Distinct().Count());
        Assert.True(keys.Hierarchy.CheckRow(bytes, seal));
        seal[31] ^= 1;
        Assert.False(keys.Hierarchy.CheckRow(bytes, seal));
        Assert.False(keys.Hierarchy.CheckRow(bytes, seal.AsSpan(0, 16)));
    }

    [Fact]
    public void A_key_file_s_private_half_is_pem_that_fits_its_public_half()
    {
        var (publicKey, pem) = CredentialKeys.MakeServiceAccountKey();
        using var rsa = RSA.Create();
        rsa.ImportFromPem(System.Text.Encoding.ASCII.GetString(pem));
        Assert.Equal(publicKey, rsa.ExportSubjectPublicKeyInfo());
        Assert.Equal(2_048, rsa.KeySize);
        Assert.Equal((byte)'\n', pem[^1]);
        Assert.All(System.Text.Encoding.ASCII.GetString(pem).Split('\n'), line => Assert.InRange(line.Length, 0, 64));
        Assert.Equal(40, CredentialKeys.MakeAccessKeySecret().Length);
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

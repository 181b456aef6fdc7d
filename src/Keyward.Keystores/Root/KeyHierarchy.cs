using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Keyward.Keystores.Material;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Root;

/// <summary>The deployment's keys while the root is open: the wrapping key, the deployment keys, and the project keys
/// that were adopted. Safe for concurrent use.</summary>
internal sealed class KeyHierarchy : IKeyHierarchy, ICredentialKeys
{
    private const string RowKey = "deployment/row-seal";
    private const string SumKey = "deployment/state-sum";
    private const string DigestKey = "deployment/audit-digest";
    private const string TokenKey = "deployment/token";
    private const int AccessKeySecretBytes = 30;
    private const int RsaBits = 2_048;

    private static readonly string[] DeploymentKeys = [RowKey, SumKey, DigestKey, TokenKey];
    private static readonly byte[] RootParent = new byte[16];

    private readonly byte[] _deploymentId;
    private readonly Sealer _root;
    private readonly Dictionary<string, SecretBytes> _keys;
    private readonly ConcurrentDictionary<UInt128, Sealer> _projects = new();

    private KeyHierarchy(byte[] deploymentId, Sealer root, Dictionary<string, SecretBytes> keys) =>
        (_deploymentId, _root, _keys) = (deploymentId, root, keys);

    /// <summary>Makes the deployment's own keys. Gives them sealed by the root, with their ids, to be stored.</summary>
    public static (KeyHierarchy Hierarchy, IReadOnlyList<(byte[] Id, SealedKey Key)> Keys) Found(
        RootKey root, byte[] deploymentId)
    {
        var sealer = new Sealer(root.WrappingKey(), RootParent, deploymentId);
        var keys = new Dictionary<string, SecretBytes>();
        var sealedKeys = new List<(byte[], SealedKey)>();
        foreach (var name in DeploymentKeys)
        {
            keys[name] = SecretBytes.Random(32);
            sealedKeys.Add((RandomNumberGenerator.GetBytes(16), sealer.Seal(BindingOf(name), keys[name].Span)));
        }

        return (new KeyHierarchy(deploymentId, sealer, keys), sealedKeys);
    }

    /// <summary>Opens the deployment's keys. A root that is not theirs throws <see
    /// cref="SealBrokenException"/>.</summary>
    public static KeyHierarchy Open(RootKey root, byte[] deploymentId, IEnumerable<SealedKey> deploymentKeys)
    {
        var sealer = new Sealer(root.WrappingKey(), RootParent, deploymentId);
        var keys = new Dictionary<string, SecretBytes>();
        foreach (var key in deploymentKeys)
            if (DeploymentKeys.Contains(key.Binding.Name)) keys[key.Binding.Name] = sealer.Open(key);
        foreach (var name in DeploymentKeys)
            if (!keys.ContainsKey(name)) throw new SealBrokenException(name);
        return new KeyHierarchy(deploymentId, sealer, keys);
    }

    public SealedKey MakeProjectKey(byte[] id, string projectFullName)
    {
        using var key = SecretBytes.Random(32);
        return _root.Seal(new SealBinding(SealKind.ProjectKey, projectFullName, 1, "AES_256", []), key.Span);
    }

    public void Adopt(byte[] id, SealedKey projectKey) =>
        _projects.GetOrAdd(IdOf(id), _ => new Sealer(_root.Open(projectKey), id, _deploymentId));

    /// <summary>The sealer of an adopted project key; the keystore seals and opens versions by it.</summary>
    public Sealer Project(byte[] id) => _projects.TryGetValue(IdOf(id), out var sealer)
        ? sealer
        : throw new SealBrokenException("an unknown project key");

    public void SealRow(ReadOnlySpan<byte> framed, Span<byte> seal) => HMACSHA256.HashData(Key(RowKey), framed, seal);

    public bool CheckRow(ReadOnlySpan<byte> framed, ReadOnlySpan<byte> seal)
    {
        Span<byte> expected = stackalloc byte[32];
        SealRow(framed, expected);
        return CryptographicOperations.FixedTimeEquals(expected, seal);
    }

    public void StateTerm(ReadOnlySpan<byte> framed, Span<byte> term) => HMACSHA256.HashData(Key(SumKey), framed, term);

    public byte[] SealStateSum(long seq, ReadOnlySpan<byte> sum) => _root.Seal(SumBinding(seq), sum).Sealed;

    public bool TryOpenStateSum(long seq, ReadOnlySpan<byte> sealedSum, Span<byte> sum)
    {
        try
        {
            using var opened = _root.Open(new SealedKey(RootParent, SumBinding(seq), sealedSum.ToArray()));
            if (opened.Length != sum.Length) return false;
            opened.Span.CopyTo(sum);
            return true;
        }
        catch (SealBrokenException)
        {
            return false;
        }
    }

    public void StateDigest(ReadOnlySpan<byte> sum, Span<byte> digest) =>
        Truncated(SumKey, "keyward/state-digest/1", sum, digest);

    public void AuditDigest(string label, ReadOnlySpan<byte> bytes, Span<byte> digest) =>
        Truncated(DigestKey, label, bytes, digest);

    public void TokenMac(string label, ReadOnlySpan<byte> data, Span<byte> mac) => HMACSHA256.HashData(
        Key(TokenKey), Frame.Of(Frame.Text(label), data.ToArray()), mac);

    public SealedKey SealSecret(byte[] projectKeyId, SealBinding binding, ReadOnlySpan<byte> secret) =>
        Project(projectKeyId).Seal(binding, secret);

    public (byte[] PublicKey, byte[] PrivateKeyPem) MakeServiceAccountKey()
    {
        using var rsa = RSA.Create(RsaBits);
        var der = rsa.ExportPkcs8PrivateKey();
        var pem = PemEncoding.Write("PRIVATE KEY", der);
        try
        {
            return (rsa.ExportSubjectPublicKeyInfo(), [.. Encoding.ASCII.GetBytes(pem), (byte)'\n']);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(der);
            Array.Clear(pem);
        }
    }

    public byte[] MakeAccessKeySecret()
    {
        Span<byte> random = stackalloc byte[AccessKeySecretBytes];
        RandomNumberGenerator.Fill(random);
        var text = new byte[AccessKeySecretBytes / 3 * 4];
        System.Buffers.Text.Base64.EncodeToUtf8(random, text, out _, out _);
        CryptographicOperations.ZeroMemory(random);
        return text;
    }

    public void SelfTest() => SealTests.Run();

    public void Dispose()
    {
        foreach (var project in _projects.Values) project.Dispose();
        foreach (var key in _keys.Values) key.Dispose();
        _root.Dispose();
    }

    private static SealBinding BindingOf(string name) => new(SealKind.DeploymentKey, name, 1, "AES_256", []);

    /// <summary>The sequence number stands in the name, so that an older sum is not one for a later change.</summary>
    private static SealBinding SumBinding(long seq) => new("state-sum", $"state-sum/{seq}", 1, "SUM_256", []);

    private ReadOnlySpan<byte> Key(string name) => _keys[name].Span;

    private void Truncated(string key, string label, ReadOnlySpan<byte> bytes, Span<byte> digest)
    {
        Span<byte> full = stackalloc byte[32];
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Key(key));
        mac.AppendData(Encoding.UTF8.GetBytes(label));
        mac.AppendData([0]);
        mac.AppendData(bytes);
        mac.GetHashAndReset(full);
        full[..16].CopyTo(digest);
    }

    private static UInt128 IdOf(byte[] id) => System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(id);
}

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Keyward.Keystores.Material;
using Keyward.Keystores.Software;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Keystores.Root;

/// <summary>The deployment's keys while the root is open: the wrapping key, the deployment keys, and the project keys
/// that were adopted. Safe for concurrent use; dispose it after the last use. The root key itself is not
/// kept.</summary>
internal sealed class KeyHierarchy : IKeyHierarchy, ICredentialKeys
{
    private const int DigestSizeBytes = 16;

    /// <summary>Labels are ours and short.</summary>
    private const int MaximumLabelSizeBytes = 64;


    private readonly byte[] _deploymentId;
    private readonly RootSealers _root;
    private readonly DeploymentKeys _keys;
    private readonly Sealer _sum;
    private readonly Ed25519Pair _statements;
    private readonly DerivedMacKeys _derived;
    private readonly ConcurrentDictionary<UInt128, Sealer> _projects = new();

    private KeyHierarchy(byte[] deploymentId, RootSealers root, DeploymentKeys keys)
    {
        (_deploymentId, _root, _keys) = (deploymentId, root, keys);
        _statements = new Ed25519Pair(keys.Statement);
        _sum = new Sealer(keys.SumSeal.Span, SealedKeyRow.RootParent, deploymentId);
        _derived = new DerivedMacKeys(secret => Project(secret.ParentId).Open(secret));
    }

    /// <summary>Makes the deployment's own keys. Gives them sealed by the root, with their ids, to be stored.</summary>
    public static (KeyHierarchy Hierarchy, IReadOnlyList<(byte[] Id, SealedKey Key)> Keys) Found(
        RootKey root, byte[] deploymentId)
    {
        var roots = new RootSealers(root, deploymentId);
        var (keys, sealedKeys) = DeploymentKeys.Make(roots);
        return (new KeyHierarchy(deploymentId, roots, keys), sealedKeys);
    }

    /// <summary>Opens the deployment's keys, over the bridge of a rotation if there is one. A root that is not theirs
    /// throws <see cref="SealBrokenException"/>.</summary>
    public static KeyHierarchy Open(RootKey root, byte[] deploymentId, IEnumerable<SealedKey> sealedKeys)
    {
        var roots = new RootSealers(root, deploymentId);
        try
        {
            var keys = sealedKeys.ToList();
            foreach (var bridge in keys.Where(k => k.Binding.Kind == SealKind.RootKey)) roots.Adopt(bridge);
            return new KeyHierarchy(deploymentId, roots, DeploymentKeys.Open(roots, keys));
        }
        catch (SealBrokenException)
        {
            roots.Dispose();
            throw;
        }
    }

    public string RootCheck => _root.Check;

    public INewRoot MakeRoot(string name) => _root.MakeNext(name);

    public void AdoptRoot(SealedKey bridge) => _root.Adopt(bridge);

    public RootKey? OpenBridge(SealedKey bridge) => _root.OpenBridge(bridge);

    public void WithdrawRoot() => _root.Withdraw();

    public SealedKey Renew(SealedKey key) => _root.Renew(key);

    public SealedKey Reseal(SealedKey key, byte[] projectKeyId)
    {
        using var opened = Project(key.ParentId).Open(key);
        return Project(projectKeyId).Seal(key.Binding, opened.Span);
    }

    public SealedKey MakeProjectKey(byte[] id, string projectFullName)
    {
        using var key = SecretBytes.Random(Xaes256Gcm.KeySizeBytes);
        return _root.Seal(new SealBinding(SealKind.ProjectKey, projectFullName, 1, "AES_256", []), key.Span);
    }

    public void Adopt(byte[] id, SealedKey projectKey)
    {
        using var key = OpenKey(_root, projectKey);
        var sealer = new Sealer(key.Span, id, _deploymentId);
        // An id has one key for life: one that is there already is the same, and may be in use.
        if (!_projects.TryAdd(IdOf(id), sealer)) sealer.Dispose();
    }

    /// <summary>The sealer of an adopted project key; the keystore seals and opens versions by it.</summary>
    public Sealer Project(byte[] id) => id.Length == 16 && _projects.TryGetValue(IdOf(id), out var sealer)
        ? sealer
        : throw new SealBrokenException("an unknown project key");

    /// <summary>A version's material, of whatever form its algorithm has.</summary>
    public SecretBytes OpenVersion(SealedKey version) => Project(version.ParentId).Open(version);

    public void SealRow(ReadOnlySpan<byte> framed, Span<byte> seal) => HmacSha256.HashData(_keys.Row, framed, seal);

    public bool CheckRow(ReadOnlySpan<byte> framed, ReadOnlySpan<byte> seal)
    {
        Span<byte> expected = stackalloc byte[HmacSha256.SizeBytes];
        SealRow(framed, expected);
        return CryptographicOperations.FixedTimeEquals(expected, seal);
    }

    public void StateTerm(ReadOnlySpan<byte> framed, Span<byte> term) =>
        HmacSha256.HashData(_keys.SumTerm.Span, framed, term);

    public byte[] SealStateSum(long seq, ReadOnlySpan<byte> sum) => _sum.Seal(SumBinding(seq), sum).Sealed;

    public bool TryOpenStateSum(long seq, ReadOnlySpan<byte> sealedSum, Span<byte> sum)
    {
        try
        {
            using var opened = _sum.Open(new SealedKey(SealedKeyRow.RootParent, SumBinding(seq), sealedSum.ToArray()));
            if (opened.Length != sum.Length) return false;
            opened.Span.CopyTo(sum);
            return true;
        }
        catch (SealBrokenException)
        {
            return false;
        }
    }

    public void StateDigest(ReadOnlySpan<byte> sum, Span<byte> digest)
    {
        Span<byte> full = stackalloc byte[HmacSha256.SizeBytes];
        HmacSha256.HashData(_keys.SumDigest.Span, sum, full);
        full[..DigestSizeBytes].CopyTo(digest);
    }

    public void AuditDigest(string label, ReadOnlySpan<byte> bytes, Span<byte> digest)
    {
        Span<byte> full = stackalloc byte[HmacSha256.SizeBytes];
        Span<byte> prefix = stackalloc byte[MaximumLabelSizeBytes + 1];
        var size = Encoding.ASCII.GetBytes(label, prefix[..MaximumLabelSizeBytes]);
        prefix[size] = 0;
        HmacSha256.HashData(_keys.AuditDigest, prefix[..(size + 1)], bytes, full);
        full[..DigestSizeBytes].CopyTo(digest);
    }

    public void TokenMac(string label, ReadOnlySpan<byte> data, Span<byte> mac)
    {
        Span<byte> prefix = stackalloc byte[4 + MaximumLabelSizeBytes + 4];
        var size = Encoding.ASCII.GetBytes(label, prefix.Slice(4, MaximumLabelSizeBytes));
        BinaryPrimitives.WriteInt32BigEndian(prefix, size);
        BinaryPrimitives.WriteInt32BigEndian(prefix[(4 + size)..], data.Length);
        HmacSha256.HashData(_keys.Token, prefix[..(size + 8)], data, mac);
    }

    /// <summary>Seals what belongs to the deployment and is no key of a project.</summary>
    public SealedKey SealByRoot(string kind, string name, ReadOnlySpan<byte> secret) =>
        _root.Seal(new SealBinding(kind, name, 1, SealKind.RootedAlgorithm(kind), []), secret);

    public SecretBytes OpenByRoot(SealedKey key) => _root.Open(key);

    /// <summary>First 16 bytes of HMAC-SHA-256 under the fingerprint key over frame(name, algorithm label,
    /// material).</summary>
    public UInt128 Fingerprint(string name, string algorithmLabel, ReadOnlySpan<byte> material)
    {
        var (nameBytes, label) = (Frame.Text(name), Frame.Text(algorithmLabel));
        using var framed = new SecretBytes(
            Frame.SizeOf(nameBytes) + Frame.SizeOf(label) + Frame.SizeOf(material));
        Frame.Write(Frame.Write(Frame.Write(framed.Writable, nameBytes), label), material);
        Span<byte> full = stackalloc byte[HmacSha256.SizeBytes];
        HmacSha256.HashData(_keys.Fingerprint, framed.Span, full);
        return BinaryPrimitives.ReadUInt128BigEndian(full);
    }

    public byte[] StatementPublicKey => _statements.PublicKey;

    public byte[] SignStatement(ReadOnlySpan<byte> statement) =>
        _statements.Sign(Scheme.Ed25519, SignatureInput.Message, statement);

    public SealedKey SealSecret(byte[] projectKeyId, SealBinding binding, ReadOnlySpan<byte> secret) =>
        Project(projectKeyId).Seal(binding, secret);

    public SealedKey MakeLogKey(string name, string kind = SealKind.AuditKey)
    {
        using var seed = SecretBytes.Random(NoteSigner.SeedSizeBytes);
        return _root.Seal(new SealBinding(kind, name, 1, SealKind.AuditKeyAlgorithm, []), seed.Span);
    }

    public INoteSigner OpenLogKey(SealedKey key, string noteName)
    {
        using var seed = _root.Open(key);
        return NoteSigner.Open(seed, noteName);
    }

    public bool CheckNote(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
        NoteSigner.IsGood(publicKey, message, signature);

    public (byte[] PublicKey, byte[] PrivateKeyPem) MakeServiceAccountKey() => CredentialKeys.MakeServiceAccountKey();

    public (byte[] PublicKey, SealedKey PrivateKey) MakeTokenKey(SealBinding binding) =>
        CredentialKeys.MakeTokenKey(_root, binding);

    public byte[] SignToken(SealedKey key, ReadOnlySpan<byte> bytes) => CredentialKeys.Sign(_root, key, bytes);

    public byte[] MakeAccessKeySecret() => CredentialKeys.MakeAccessKeySecret();

    public bool CheckDerivedMac(SealedKey? secret, string prefix, string[] steps,
        ReadOnlySpan<byte> signed, ReadOnlySpan<byte> mac) => _derived.Check(secret, prefix, steps, signed, mac);

    public byte[] MakeSessionSecret(ReadOnlySpan<byte> claims)
    {
        Span<byte> bytes = stackalloc byte[HmacSha256.SizeBytes];
        try
        {
            TokenMac("session-secret/1", claims, bytes);
            return CredentialKeys.SecretTextOf(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    public bool CheckSessionMac(ReadOnlySpan<byte> claims, string prefix, string[] steps,
        ReadOnlySpan<byte> signed, ReadOnlySpan<byte> mac)
    {
        var text = MakeSessionSecret(claims);
        try
        {
            using var secret = new SecretBytes(text);
            return DerivedMacKeys.CheckOnce(secret, prefix, steps, signed, mac);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

    public void Forget(SealedKey secret) => _derived.Forget(secret);

    public void SelfTest() => SealTests.Run();

    public void Dispose()
    {
        _derived.Dispose();
        foreach (var project in _projects.Values) project.Dispose();
        _sum.Dispose();
        _statements.Dispose();
        _keys.Dispose();
        _root.Dispose();
    }

    public override string ToString() => nameof(KeyHierarchy);

    private static SecretBytes OpenKey(RootSealers parent, SealedKey key)
    {
        var opened = parent.Open(key);
        if (opened.Length == Xaes256Gcm.KeySizeBytes) return opened;
        opened.Dispose();
        throw new SealBrokenException(key.Binding.Name);
    }

    /// <summary>The sequence number stands in the name, so that an older sum is not one for a later change.</summary>
    private static SealBinding SumBinding(long seq) => new("state-sum", $"state-sum/{seq}", 1, "SUM_256", []);

    private static UInt128 IdOf(byte[] id) => BinaryPrimitives.ReadUInt128BigEndian(id);
}

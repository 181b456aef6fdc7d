using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Root;

/// <summary>The deployment's own keys, opened: random, sealed by the root, one for each use. What the state sum needs
/// three of is derived from one (docs/reference/format.md).</summary>
internal sealed class DeploymentKeys : IDisposable
{
    private const string RowName = "deployment/row-seal";
    private const string SumName = "deployment/state-sum";
    private const string DigestName = "deployment/audit-digest";
    private const string TokenName = "deployment/token";

    private const string FingerprintName = "deployment/fingerprint";
    private const string StatementName = "deployment/statement";

    private const int KeySizeBytes = 32;

    private static readonly string[] Names = 
        [RowName, SumName, DigestName, TokenName, FingerprintName, StatementName];

    private readonly Dictionary<string, SecretBytes> _keys;

    private DeploymentKeys(Dictionary<string, SecretBytes> keys)
    {
        _keys = keys;
        SumTerm = Derive(keys[SumName], "term");
        SumSeal = Derive(keys[SumName], "seal");
        SumDigest = Derive(keys[SumName], "digest");
    }

    public ReadOnlySpan<byte> Row => _keys[RowName].Span;

    public ReadOnlySpan<byte> AuditDigest => _keys[DigestName].Span;

    public ReadOnlySpan<byte> Token => _keys[TokenName].Span;

    public ReadOnlySpan<byte> Fingerprint => _keys[FingerprintName].Span;

    /// <summary>The Ed25519 seed that signs statements.</summary>
    public ReadOnlySpan<byte> Statement => _keys[StatementName].Span;

    public SecretBytes SumTerm { get; }

    public SecretBytes SumSeal { get; }

    public SecretBytes SumDigest { get; }

    /// <summary>New keys, and what to store of them: their ids and sealed values.</summary>
    public static (DeploymentKeys Keys, IReadOnlyList<(byte[] Id, SealedKey Key)> Sealed) Make(RootSealers root)
    {
        var keys = new Dictionary<string, SecretBytes>();
        var sealedKeys = new List<(byte[], SealedKey)>();
        foreach (var name in Names)
        {
            keys[name] = SecretBytes.Random(KeySizeBytes);
            var binding = new SealBinding(SealKind.DeploymentKey, name, 1, "AES_256", []);
            sealedKeys.Add((RandomNumberGenerator.GetBytes(16), root.Seal(binding, keys[name].Span)));
        }

        return (new DeploymentKeys(keys), sealedKeys);
    }

    /// <summary>Throws <see cref="SealBrokenException"/> for one that is missing or does not open. Keys that are not
    /// known here, a later version's, are left alone.</summary>
    public static DeploymentKeys Open(RootSealers root, IEnumerable<SealedKey> sealedKeys)
    {
        var keys = new Dictionary<string, SecretBytes>();
        try
        {
            foreach (var key in sealedKeys)
            {
                var binding = key.Binding;
                if (binding.Kind != SealKind.DeploymentKey || !Names.Contains(binding.Name)) continue;
                var opened = root.Open(key);
                if (opened.Length != KeySizeBytes || !keys.TryAdd(binding.Name, opened))
                {
                    opened.Dispose();
                    throw new SealBrokenException(binding.Name);
                }
            }

            foreach (var name in Names)
                if (!keys.ContainsKey(name)) throw new SealBrokenException(name);
            return new DeploymentKeys(keys);
        }
        catch (SealBrokenException)
        {
            foreach (var key in keys.Values) key.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values) key.Dispose();
        SumTerm.Dispose();
        SumSeal.Dispose();
        SumDigest.Dispose();
    }

    private static SecretBytes Derive(SecretBytes key, string use)
    {
        var derived = new SecretBytes(KeySizeBytes);
        HKDF.Expand(HashAlgorithmName.SHA256, key.Span, derived.Writable,
            Frame.Of("keyward/state-sum/1"u8.ToArray(), Frame.Text(use)));
        return derived;
    }
}

using System.Security.Cryptography;
using Keyward.Keystores.Root;
using Keyward.Keystores.Software;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;

namespace Keyward.Tests.Keystores;

/// <summary>An opened hierarchy with one project key and a keystore on it, for tests.</summary>
internal sealed class VaultKeys : IDisposable
{
    public VaultKeys()
    {
        Root = RootKey.Make();
        (Hierarchy, DeploymentKeys) = KeyHierarchy.Found(Root, DeploymentId);
        ProjectKey = Hierarchy.MakeProjectKey(ProjectKeyId, "projects/default");
        Hierarchy.Adopt(ProjectKeyId, ProjectKey);
        Keystore = new SoftwareKeystore(Hierarchy);
    }

    public byte[] DeploymentId { get; } = RandomNumberGenerator.GetBytes(16);

    public byte[] ProjectKeyId { get; } = RandomNumberGenerator.GetBytes(16);

    public RootKey Root { get; }

    public KeyHierarchy Hierarchy { get; }

    public IReadOnlyList<(byte[] Id, SealedKey Key)> DeploymentKeys { get; }

    public SealedKey ProjectKey { get; }

    public SoftwareKeystore Keystore { get; }

    public KeyMaterial NewMaterial(string name = "k", int version = 1)
    {
        using var fresh = Keystore.Generate(Algorithm.Aes256Symmetric);
        var binding = new SealBinding(SealKind.Version, name, version, "AES_256_XAES_GCM", [1, 2, 3]);
        return new KeyMaterial(new Guid(RandomNumberGenerator.GetBytes(16)), version, Algorithm.Aes256Symmetric,
            Keystore.Seal(fresh, ProjectKeyId, binding));
    }

    public KeyMaterial NewMaterial(Algorithm algorithm)
    {
        using var fresh = Keystore.Generate(algorithm);
        return Bind(fresh);
    }

    /// <summary>Material of an import that must succeed.</summary>
    public KeyMaterial Imported(Algorithm algorithm, ReadOnlySpan<byte> bytes)
    {
        Assert.True(Keystore.Import(algorithm, bytes).TryGet(out var fresh, out var whyNot), whyNot);
        using (fresh) return Bind(fresh);
    }

    private KeyMaterial Bind(IFreshMaterial fresh)
    {
        var binding = new SealBinding(SealKind.Version, "k", 1, AlgorithmTable.Of(fresh.Algorithm).SealLabel, []);
        return new KeyMaterial(new Guid(RandomNumberGenerator.GetBytes(16)), 1, fresh.Algorithm,
            Keystore.Seal(fresh, ProjectKeyId, binding));
    }

    public void Dispose()
    {
        Keystore.Dispose();
        Hierarchy.Dispose();
        Root.Dispose();
    }
}

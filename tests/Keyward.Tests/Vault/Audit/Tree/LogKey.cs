using Keyward.Keystores.Material;
using Keyward.Keystores.Root;

namespace Keyward.Tests.Vault.Audit.Tree;

/// <summary>Log keys of known seeds.</summary>
internal static class LogKey
{
    public static NoteSigner Of(string name, byte firstSeedByte = 0)
    {
        using var seed = new SecretBytes(Enumerable.Range(firstSeedByte, 32).Select(i => (byte)i).ToArray());
        return NoteSigner.Open(seed, name);
    }
}

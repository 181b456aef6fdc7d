using System.Security.Cryptography;
using Keyward.Keystores.Root;
using Keyward.Server.Settings;

namespace Keyward.Server;

/// <summary>Where the root key comes from: a file of the data folder, or a seal that a passphrase opens.</summary>
internal sealed class RootSource(DataFolder folder, ServerSettings settings)
{
    /// <summary>True if this start made the root: whoever loses the race for an empty store throws it away.</summary>
    public bool IsFresh { get; private set; }

    /// <summary>The root that is there already, or a new one: a first start that was cut short must not make a second
    /// one.</summary>
    public RootKey MakeOrLoad()
    {
        if (!settings.RootIsPassphrase)
        {
            if (File.Exists(folder.RootKey)) return RootFile.Load(folder.RootKey);
            IsFresh = true;
            return RootFile.Create(folder.RootKey);
        }

        if (File.Exists(folder.RootSeal)) return Load();
        if (settings.PassphraseFile is null)
            throw new StartException("The first start with root = passphrase needs the passphrase.",
                "Put it into a file and name that: root.passphrase_file");
        IsFresh = true;
        var root = RootKey.Make();
        var passphrase = ReadPassphrase(settings.PassphraseFile);
        PassphraseSeal.Make(root, passphrase).Save(folder.RootSeal);
        CryptographicOperations.ZeroMemory(passphrase);
        return root;
    }

    public RootKey Load()
    {
        if (!settings.RootIsPassphrase)
            return File.Exists(folder.RootKey) || !settings.IsShared
                ? RootFile.Load(folder.RootKey)
                : throw new RootUnavailableException(
                    "the deployment's root key is missing: " +
                    $"copy root.key of another node to {folder.RootKey}, mode 0600.");
        if (!File.Exists(folder.RootSeal))
            throw new RootUnavailableException($"there is no seal at {folder.RootSeal}.");
        if (settings.PassphraseFile is null)
            throw new RootUnavailableException("no passphrase was given. On the server run: keyward unseal");
        var passphrase = ReadPassphrase(settings.PassphraseFile);
        try
        {
            return PassphraseSeal.Load(folder.RootSeal).Open(passphrase)
                ?? throw new RootUnavailableException("the passphrase is wrong.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

    /// <summary>Takes back a root that this start made and that no deployment uses.</summary>
    public void Discard()
    {
        if (IsFresh) File.Delete(settings.RootIsPassphrase ? folder.RootSeal : folder.RootKey);
        IsFresh = false;
    }

    /// <summary>The line end that editors add is not part of a passphrase.</summary>
    private static byte[] ReadPassphrase(string file)
    {
        var bytes = File.ReadAllBytes(file);
        var passphrase = bytes.AsSpan().TrimEnd("\r\n"u8).ToArray();
        CryptographicOperations.ZeroMemory(bytes);
        return passphrase;
    }
}

using System.Security.Cryptography;
using Keyward.Keystores.Root;
using Keyward.Server.Settings;

namespace Keyward.Server;

/// <summary>Where the root key comes from: a file of the data folder, or a seal that a passphrase opens.</summary>
internal sealed class RootSource(DataFolder folder, ServerSettings settings)
{
    private string KeyFile => settings.RootFile ?? folder.RootKey;

    /// <summary>True if this start made the root: whoever loses the race for an empty store throws it away.</summary>
    public bool IsFresh { get; private set; }

    public bool IsThere => File.Exists(settings.RootIsPassphrase ? folder.RootSeal : KeyFile);

    /// <summary>Keeps a root that came from another node, by this one's own seal.</summary>
    public void Adopt(RootKey root)
    {
        if (!settings.RootIsPassphrase) PrivateFile.Create(KeyFile, root.Secret);
        else Seal(root, settings.PassphraseFile ?? throw NoPassphrase());
    }

    /// <summary>The root that is there already, or a new one: a first start that was cut short must not make a second
    /// one.</summary>
    public RootKey MakeOrLoad()
    {
        if (!settings.RootIsPassphrase)
        {
            if (File.Exists(KeyFile)) return RootFile.Load(KeyFile);
            IsFresh = true;
            return RootFile.Create(KeyFile);
        }

        if (File.Exists(folder.RootSeal)) return Load();
        if (settings.PassphraseFile is null) throw NoPassphrase();
        IsFresh = true;
        var root = RootKey.Make();
        Seal(root, settings.PassphraseFile);
        return root;
    }

    public RootKey Load()
    {
        if (!settings.RootIsPassphrase)
            return File.Exists(KeyFile) || !settings.IsShared
                ? RootFile.Load(KeyFile)
                : throw new RootUnavailableException(
                    "the deployment's root key is missing: join by a token (keyward server --join TOKEN), or " +
                    $"copy root.key of another node to {KeyFile}, mode 0600.");
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
        if (IsFresh) File.Delete(settings.RootIsPassphrase ? folder.RootSeal : KeyFile);
        IsFresh = false;
    }

    private static StartException NoPassphrase() => new(
        "The first start with root = passphrase needs the passphrase.",
        "Put it into a file and name that: root.passphrase_file");

    private void Seal(RootKey root, string passphraseFile)
    {
        var passphrase = ReadPassphrase(passphraseFile);
        PassphraseSeal.Make(root, passphrase).Save(folder.RootSeal);
        CryptographicOperations.ZeroMemory(passphrase);
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

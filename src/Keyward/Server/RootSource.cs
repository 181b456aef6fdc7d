using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Keystores.Root;
using Keyward.Server.Settings;

namespace Keyward.Server;

/// <summary>Where the root key comes from: a file of the data folder, or a seal that a passphrase opens.</summary>
internal sealed class RootSource(DataFolder folder, ServerSettings settings)
{
    private string? _other;

    private string KeyFile => _other ?? settings.RootFile ?? folder.RootKey;

    /// <summary>The check value of the root that was loaded last, or put in its place.</summary>
    public string Held { get; private set; } = "";

    /// <summary>True if this start made the root: whoever loses the race for an empty store throws it away.</summary>
    public bool IsFresh { get; private set; }

    public bool IsThere => File.Exists(settings.RootIsPassphrase ? folder.RootSeal : KeyFile);

    /// <summary>Keeps a root that came from another node, by this one's own seal.</summary>
    public void Adopt(RootKey root)
    {
        if (!settings.RootIsPassphrase) PrivateFile.Create(KeyFile, root.Secret);
        else Seal(root, settings.PassphraseFile ?? throw NoPassphrase());
    }

    /// <summary>A root file of the operator's may be one that nobody can write here: then a rotation has put the new
    /// root into the data folder. True if <see cref="Load"/> gives that one from now on.</summary>
    public bool TryOther()
    {
        if (settings.RootIsPassphrase || settings.RootFile is null || _other is not null
            || !File.Exists(folder.RootKey)) return false;
        _other = folder.RootKey;
        return true;
    }

    /// <summary>Puts another root in the place of the one that is kept, which stays beside it.</summary>
    /// <param name="sealKey">Of a passphrase that was typed.</param>
    public void Replace(RootKey root, SecretBytes? sealKey)
    {
        if (settings.RootIsPassphrase)
        {
            var seal = PassphraseSeal.Load(folder.RootSeal);
            using var derived = sealKey is null ? DeriveKey(seal) : null;
            PrivateFile.Replace(folder.RootSeal, seal.With(root, (sealKey ?? derived)!).ToBytes());
        }
        else
        {
            ReplaceFile(root);
        }

        Keep(root);
    }

    /// <summary>Removes what <see cref="Replace"/> left beside.</summary>
    public void RemoveOld() => File.Delete((settings.RootIsPassphrase ? folder.RootSeal : KeyFile) + ".old");

    /// <summary>Null where the key is not the seal's.</summary>
    public RootKey? Open(PassphraseSeal seal, SecretBytes key) => seal.Open(key) is { } root ? Keep(root) : null;

    /// <summary>The root that is there already, or a new one: a first start that was cut short must not make a second
    /// one.</summary>
    public RootKey MakeOrLoad()
    {
        if (!settings.RootIsPassphrase)
        {
            if (File.Exists(KeyFile)) return Keep(RootFile.Load(KeyFile));
            IsFresh = true;
            return Keep(RootFile.Create(KeyFile));
        }

        if (File.Exists(folder.RootSeal)) return Load();
        if (settings.PassphraseFile is null) throw NoPassphrase();
        IsFresh = true;
        var root = RootKey.Make();
        Seal(root, settings.PassphraseFile);
        return Keep(root);
    }

    public RootKey Load()
    {
        if (!settings.RootIsPassphrase)
            return File.Exists(KeyFile) || !settings.IsShared
                ? Keep(RootFile.Load(KeyFile))
                : throw new RootUnavailableException(
                    "the deployment's root key is missing: join by a token (keyward server --join TOKEN), or " +
                    $"copy root.key of another node to {KeyFile}, mode 0600.");
        if (!File.Exists(folder.RootSeal))
            throw new RootUnavailableException($"there is no seal at {folder.RootSeal}.");
        if (settings.PassphraseFile is null)
            throw new RootUnavailableException("no passphrase was given. On the server run: keyward unseal");
        var seal = PassphraseSeal.Load(folder.RootSeal);
        using var key = DeriveKey(seal);
        return Open(seal, key) ?? throw new RootUnavailableException("the passphrase is wrong.");
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

    private RootKey Keep(RootKey root)
    {
        Held = Convert.ToHexStringLower(root.Check());
        return root;
    }

    private void ReplaceFile(RootKey root)
    {
        try
        {
            PrivateFile.Replace(KeyFile, root.Secret);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException
            && settings.RootFile is not null && _other is null)
        {
            // A mounted secret: whoever manages it takes the new root from here.
            File.Delete(folder.RootKey);
            PrivateFile.Create(folder.RootKey, root.Secret);
            _other = folder.RootKey;
        }
    }

    private SecretBytes DeriveKey(PassphraseSeal seal)
    {
        if (settings.PassphraseFile is null)
            throw new RootUnavailableException("no passphrase was given. On the server run: keyward unseal");
        var passphrase = ReadPassphrase(settings.PassphraseFile);
        try
        {
            return seal.KeyOf(passphrase);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(passphrase);
        }
    }

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

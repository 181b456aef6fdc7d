using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Keyward.Keystores.Material;
using Keyward.Vault.Keystores;
using NSec.Cryptography;

namespace Keyward.Keystores.Root;

/// <summary>The root key sealed under a passphrase, as the file <c>root.seal</c>: Argon2id (RFC 9106) gives the key
/// that seals it. The parameters stand in the file, so that they can be raised later.</summary>
internal sealed record PassphraseSeal(
    int Format, int MemoryKiB, int Passes, byte[] Salt, byte[] Check, byte[] Sealed)
{
    /// <summary>64 MiB and three passes: RFC 9106's second choice, about a tenth of a second here.</summary>
    private const int DefaultMemoryKiB = 64 * 1024;
    private const int DefaultPasses = 3;
    private const int MaximumMemoryKiB = 1024 * 1024;
    private const int MaximumPasses = 16;
    private const int MaximumFileSizeBytes = 4_096;
    private const int SaltSizeBytes = 16;

    private static readonly byte[] NoDeployment = new byte[16];
    private static readonly byte[] SealId = new byte[16];

    private static readonly SealBinding Binding = new("root", "root", 1, "AES_256", []);

    public static PassphraseSeal Make(RootKey root, ReadOnlySpan<byte> passphrase)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSizeBytes);
        using var key = KeyOf(passphrase, salt, DefaultMemoryKiB, DefaultPasses);
        using var sealer = SealerOf(key);
        return new PassphraseSeal(
            1, DefaultMemoryKiB, DefaultPasses, salt, root.Check(), sealer.Seal(Binding, root.Secret).Sealed);
    }

    /// <summary>Null for a wrong passphrase, or a file that was altered: the two cannot be told apart.</summary>
    public RootKey? Open(ReadOnlySpan<byte> passphrase)
    {
        using var key = KeyOf(passphrase);
        return Open(key);
    }

    /// <summary>The key that a passphrase gives with this seal's salt: enough to open the seal, and to seal another
    /// root in its place.</summary>
    public SecretBytes KeyOf(ReadOnlySpan<byte> passphrase)
    {
        Demand();
        return KeyOf(passphrase, Salt, MemoryKiB, Passes);
    }

    /// <summary>The same seal around another root.</summary>
    public PassphraseSeal With(RootKey root, SecretBytes key)
    {
        using var sealer = SealerOf(key);
        return this with { Check = root.Check(), Sealed = sealer.Seal(Binding, root.Secret).Sealed };
    }

    public RootKey? Open(SecretBytes key)
    {
        Demand();
        using var sealer = SealerOf(key);
        try
        {
            var root = new RootKey(sealer.Open(new SealedKey(SealId, Binding, Sealed)));
            if (RootFile.Fits(root, Check)) return root;
            root.Dispose();
            return null;
        }
        catch (SealBrokenException)
        {
            return null;
        }
    }

    private void Demand()
    {
        if (Format != 1 || MemoryKiB is < 8 or > MaximumMemoryKiB || Passes is < 1 or > MaximumPasses
            || Salt?.Length != SaltSizeBytes || Check is null || Sealed is null)
            throw Damaged();
    }

    public void Save(string path) => PrivateFile.Create(path, ToBytes());

    public byte[] ToBytes() =>
        JsonSerializer.SerializeToUtf8Bytes(this, PassphraseSealJson.Default.PassphraseSeal);

    public static PassphraseSeal Load(string path)
    {
        using var file = PrivateFile.Open(path, "seal");
        if (file.Length > MaximumFileSizeBytes) throw Damaged();
        try
        {
            return JsonSerializer.Deserialize(file, PassphraseSealJson.Default.PassphraseSeal) ?? throw Damaged();
        }
        catch (JsonException)
        {
            throw Damaged();
        }
    }

    public override string ToString() => nameof(PassphraseSeal);

    /// <summary>The key that a passphrase gives.</summary>
    internal static void Derive(
        ReadOnlySpan<byte> passphrase, ReadOnlySpan<byte> salt, int memoryKiB, int passes, Span<byte> key)
    {
        var argon2 = new Argon2id(new Argon2Parameters
        {
            // libsodium computes one lane only.
            DegreeOfParallelism = 1, MemorySize = memoryKiB, NumberOfPasses = passes,
        });
        argon2.DeriveBytes(passphrase, salt, key);
    }

    private static RootUnavailableException Damaged() =>
        new("The file root.seal is damaged or of a newer Keyward. Put back your copy of it.");

    private static SecretBytes KeyOf(ReadOnlySpan<byte> passphrase, byte[] salt, int memoryKiB, int passes)
    {
        var key = new SecretBytes(RootKey.SizeBytes);
        Derive(passphrase, salt, memoryKiB, passes, key.Writable);
        return key;
    }

    private static Sealer SealerOf(SecretBytes key) => new(key.Span, SealId, NoDeployment);
}

[JsonSerializable(typeof(PassphraseSeal))]
internal sealed partial class PassphraseSealJson : JsonSerializerContext;

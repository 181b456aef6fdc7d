using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Imports;

/// <summary>What is given out for an import into one key: a wrapping key of its own, whose private half travels in the
/// token, sealed under the project's key. Nothing is stored, so nobody can fill the store by asking; the token is
/// worth nothing without this deployment's keys, and nothing after a day. Bytes: frame(key, method, expiry in seconds,
/// id, project key's id, sealed private half) ‖ MAC under the token key.</summary>
internal sealed record ImportToken(KeyName Key, ImportMethod Method, DateTimeOffset Expires, KeyMaterial WrappingKey)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(24);

    private const string MacLabel = "import-token/1";
    private const int MacSizeBytes = 32;

    public static ImportToken Make(
        OpenedVault vault, KeyName key, ImportMethod method, DateTimeOffset expires, IFreshMaterial pair)
    {
        var id = new Guid(RandomNumberGenerator.GetBytes(16));
        var project = vault.Snapshot.Find(key.Project)!.Project;
        var binding = BindingOf(key, method, expires, id);
        return new ImportToken(key, method, expires, new KeyMaterial(id, 1, ImportMethods.PairOf(method),
            vault.Keystore.Seal(pair, project.ProjectKeyId, binding)));
    }

    public byte[] ToBytes(OpenedVault vault)
    {
        var payload = Frame.Of(Frame.Text(Key.ToString()), Frame.Number((long)Method),
            Frame.Number(Expires.ToUnixTimeSeconds()), WrappingKey.KeyId.ToByteArray(bigEndian: true),
            WrappingKey.Sealed.ParentId, WrappingKey.Sealed.Sealed);
        var bytes = new byte[payload.Length + MacSizeBytes];
        payload.CopyTo(bytes, 0);
        vault.Hierarchy.TokenMac(MacLabel, payload, bytes.AsSpan(payload.Length));
        return bytes;
    }

    /// <summary>Null for a token that is not ours, altered, or another key's.</summary>
    public static ImportToken? Parse(OpenedVault vault, KeyName key, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= MacSizeBytes) return null;
        var payload = bytes[..^MacSizeBytes];
        Span<byte> mac = stackalloc byte[MacSizeBytes];
        vault.Hierarchy.TokenMac(MacLabel, payload, mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, bytes[payload.Length..])) return null;
        if (!Frame.TryRead(ref payload, out var name) || Encoding.UTF8.GetString(name) != key.ToString()
            || !Frame.TryRead(ref payload, out var number) || !Frame.TryRead(ref payload, out var seconds)
            || !Frame.TryRead(ref payload, out var id) || !Frame.TryRead(ref payload, out var parent)
            || !Frame.TryRead(ref payload, out var secret) || !payload.IsEmpty) return null;
        // Who rotated the project's key since took its tokens, too.
        if (vault.Snapshot.SealedKeys.GetValueOrDefault(Convert.ToHexString(parent)) is not { IsErased: false })
            return null;
        var method = (ImportMethod)BinaryPrimitives.ReadInt64BigEndian(number);
        var expires = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(seconds));
        var guid = new Guid(id, bigEndian: true);
        return new ImportToken(key, method, expires, new KeyMaterial(guid, 1, ImportMethods.PairOf(method),
            new SealedKey(parent.ToArray(), BindingOf(key, method, expires, guid), secret.ToArray())));
    }

    private static SealBinding BindingOf(KeyName key, ImportMethod method, DateTimeOffset expires, Guid id) => new(
        SealKind.ImportJob, $"{key}/importTokens/{id:N}", 1, method.ToString(),
        Frame.Of(Frame.Number(expires.ToUnixTimeSeconds())));
}

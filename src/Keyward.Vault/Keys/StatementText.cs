using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Imports;

namespace Keyward.Vault.Keys;

/// <summary>A statement of provenance as JSON: one object, members in a fixed order, listed in
/// docs/reference/provenance.md. Its first member tells what it is, so that nothing else signed by the key can be taken
/// for it.</summary>
internal static class StatementText
{
    private const string Type = "keyward.provenance/1";

    public static byte[] Write(Passage passage, Key key, KeyVersion version)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        json.WriteString("type", Type);
        json.WriteString("issueTime", Show(passage.Now));
        json.WriteString("deployment", passage.Snapshot.Deployment?.Id);
        json.WriteString("version", version.Name.ToString());
        json.WriteString("keyId", key.Id.ToString("D"));
        json.WriteString("purpose", key.Purpose.ToString());
        json.WriteString("algorithm", AlgorithmTable.Of(version.Algorithm).SealLabel);
        json.WriteString("protectionLevel", version.ProtectionLevel.ToString());
        json.WriteString("state", KeyRefusals.Label(version.StateAt(passage.Now)));
        json.WriteString("origin", version.Origin.Label());
        json.WriteString("createTime", Show(version.CreateTime));
        json.WriteString("createdBy", version.CreatedBy);
        Time(json, "generateTime", version.GenerateTime);
        Time(json, "destroyTime", version.DestroyTime);
        Time(json, "destroyEventTime", version.DestroyEventTime);
        if (version.HasHeldMaterial)
            json.WriteString("fingerprint", version.Fingerprint.ToString("x32", CultureInfo.InvariantCulture));
        WritePublicKey(json, passage, version);
        WriteImport(json, version.Import);
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>What others can compare with: the public half's digest, while there is material.</summary>
    private static void WritePublicKey(Utf8JsonWriter json, Passage passage, KeyVersion version)
    {
        var hasMaterial = version.State is VersionState.Enabled or VersionState.Disabled
            or VersionState.DestroyScheduled;
        if (!hasMaterial || !AlgorithmTable.Of(version.Algorithm).HasPublicKey) return;
        var publicKey = passage.Vault.Keystore.PublicKey(version.Material);
        json.WriteString("publicKeySha256", Convert.ToHexStringLower(SHA256.HashData(publicKey.Span)));
    }

    private static void WriteImport(Utf8JsonWriter json, VersionImport? import)
    {
        if (import is null) return;
        json.WriteStartObject("import");
        json.WriteString("job", import.Job);
        json.WriteString("method", ImportMethods.Label(import.Method));
        json.WriteString("time", Show(import.Time));
        json.WriteString("by", import.By);
        json.WriteEndObject();
    }

    private static void Time(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } value) json.WriteString(name, Show(value));
    }

    private static string Show(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.ffffffZ", CultureInfo.InvariantCulture);
}

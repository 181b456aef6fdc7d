using System.Text.Json;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;

namespace Keyward.Doors.Aws.Kms;

/// <summary>Shows a key as KeyMetadata, and its state as AWS has it.</summary>
internal static class KeyMetadata
{
    public static string StateOf(KeyDescription view, DateTimeOffset now) => view.Key.StateAt(now) switch
    {
        KeyState.PendingDeletion => "PendingDeletion",
        KeyState.PendingReplicaDeletion => "PendingReplicaDeletion",
        KeyState.Disabled => view.IsPendingImport ? "PendingImport" : "Disabled",
        KeyState.Enabled => EnabledStateOf(view, now),
        KeyState.Deleted or KeyState.Unspecified => "Unavailable",
    };

    public static void Write(Utf8JsonWriter json, KeyDescription view, string account, DateTimeOffset now)
    {
        var key = view.Key;
        var region = key.Name.Parent.Parent.Location.Value;
        var state = StateOf(view, now);
        var spec = KeySpecs.SpecOf(key.Algorithm);
        json.WriteString("AWSAccountId", account);
        json.WriteString("KeyId", key.IdText);
        json.WriteString("Arn", Arns.OfKey(region, account, key.IdText));
        json.WriteTime("CreationDate", key.CreateTime);
        json.WriteBoolean("Enabled", state == "Enabled");
        json.WriteString("Description", key.Description);
        json.WriteString("KeyUsage", KeySpecs.UsageOf(key.Purpose));
        json.WriteString("KeyState", state);
        if (state == "PendingDeletion") json.WriteTime("DeletionDate", key.DeletionTime);
        if (state == "PendingReplicaDeletion" && key.DeletionWindow is { } window)
            json.WriteNumber("PendingDeletionWindowInDays", (int)window.TotalDays);
        json.WriteString("Origin", key.ImportOnly ? "EXTERNAL" : "AWS_KMS");
        if (key.ImportOnly && !view.IsPendingImport && view.Primary is not null)
            WriteExpiry(json, view.MaterialExpireTime);
        json.WriteString("KeyManager", "CUSTOMER");
        json.WriteString("CustomerMasterKeySpec", spec);
        json.WriteString("KeySpec", spec);
        KeySpecs.WriteAlgorithms(json, key.Algorithm);
        json.WriteBoolean("MultiRegion", key.IsMultiRegion);
        if (key.IsMultiRegion) WriteSet(json, view, account);
        if (key.Purpose == Purpose.EncryptDecrypt && view.Primary is { } primary && !view.IsPendingImport)
            json.WriteString("CurrentKeyMaterialId", primary.MaterialIdText);
    }

    /// <summary>A key that is on, but whose current version rests: AWS has one switch where the vault has
    /// two.</summary>
    private static string EnabledStateOf(KeyDescription view, DateTimeOffset now)
    {
        if (view.IsPendingImport) return "PendingImport";
        if (view.Primary is not { } primary) return "Enabled";
        return primary.StateAt(now) switch
        {
            VersionState.Enabled => "Enabled",
            VersionState.Disabled => "Disabled",
            _ => "Unavailable",
        };
    }

    /// <summary>ValidTo and ExpirationModel of imported material.</summary>
    public static void WriteExpiry(Utf8JsonWriter json, DateTimeOffset? time)
    {
        json.WriteTime("ValidTo", time);
        json.WriteString("ExpirationModel", time is null
            ? "KEY_MATERIAL_DOES_NOT_EXPIRE"
            : "KEY_MATERIAL_EXPIRES");
    }

    private static void WriteSet(Utf8JsonWriter json, KeyDescription view, string account)
    {
        json.WriteStartObject("MultiRegionConfiguration");
        json.WriteString("MultiRegionKeyType", view.Key.IsReplica ? "REPLICA" : "PRIMARY");
        json.WriteStartObject("PrimaryKey");
        json.WriteString("Arn", Arns.OfKey(view.Key.PrimaryLocation!, account, view.Key.IdText));
        json.WriteString("Region", view.Key.PrimaryLocation);
        json.WriteEndObject();
        json.WriteStartArray("ReplicaKeys");
        foreach (var replica in view.Set)
        {
            if (!replica.IsReplica) continue;
            var region = replica.Name.Parent.Parent.Location.Value;
            json.WriteStartObject();
            json.WriteString("Arn", Arns.OfKey(region, account, replica.IdText));
            json.WriteString("Region", region);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}

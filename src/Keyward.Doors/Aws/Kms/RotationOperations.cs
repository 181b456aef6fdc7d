using System.Text.Json;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws.Kms;

/// <summary>EnableKeyRotation, DisableKeyRotation, GetKeyRotationStatus, ListKeyRotations, RotateKeyOnDemand.</summary>
internal static class RotationOperations
{
    private const int DefaultPeriodDays = 365;
    private const string AllMaterial = "ALL_KEY_MATERIAL";

    public static readonly Operation[] All =
    [
        new("EnableKeyRotation", new Shape(Member.Key().Required(),
            Member.Integer("RotationPeriodInDays", 90, 2_560)), EnableKeyRotation),
        new("DisableKeyRotation", new Shape(Member.Key().Required()), call => SetRotation(call, null)),
        new("GetKeyRotationStatus", new Shape(Member.Key().Required()), GetKeyRotationStatus),
        new("ListKeyRotations", new Shape(Member.Key().Required(),
            Member.Choice("IncludeKeyMaterial", [AllMaterial, "ROTATIONS_ONLY"]), Member.Limit, Member.Marker),
            ListKeyRotations),
        new("RotateKeyOnDemand", new Shape(Member.Key().Required()), RotateKeyOnDemand),
    ];

    private static ValueTask<Answer> EnableKeyRotation(Call call) => SetRotation(call,
        TimeSpan.FromDays(call.Input.Number("RotationPeriodInDays") ?? DefaultPeriodDays));

    private static ValueTask<Answer> SetRotation(Call call, TimeSpan? period) =>
        call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is { } key
            ? call.PassAsync(new SetRotation(key.Name, period), write: null)
            : new(answer!);

    private static ValueTask<Answer> GetKeyRotationStatus(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        return call.PassAsync(new GetRotation(key.Name), (json, view) =>
        {
            // A key that waits for its deletion rotates no more, whatever its schedule says.
            var isOn = view.RotationPeriod is not null && view.State is KeyState.Enabled or KeyState.Disabled;
            json.WriteString("KeyId", key.Id);
            json.WriteBoolean("KeyRotationEnabled", isOn && view.RotationPeriod is not null);
            if (!isOn || view.RotationPeriod is not { } period) return;
            json.WriteNumber("RotationPeriodInDays", (int)period.TotalDays);
            json.WriteTime("NextRotationDate", view.NextRotationTime);
        });
    }

    private static ValueTask<Answer> ListKeyRotations(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        var withAll = call.Input.Text("IncludeKeyMaterial") == AllMaterial;
        var operation = new ListRotations(key.Name, withAll, KeyListing.PageOf<RotationEntry>(call.Input));
        return call.PassAsync(operation, (json, page) =>
            KeyListing.WritePage(json, "Rotations", page, entry => Write(json, key, entry)));
    }

    private static void Write(Utf8JsonWriter json, FoundKey key, RotationEntry entry)
    {
        json.WriteStartObject();
        json.WriteString("KeyId", key.Id);
        json.WriteString("KeyMaterialId", entry.Version.MaterialIdText);
        json.WriteString("KeyMaterialState", entry switch
        {
            { IsMissingElsewhere: true } => "PENDING_MULTI_REGION_IMPORT_AND_ROTATION",
            { IsWaiting: true } => "PENDING_ROTATION",
            { IsCurrent: true } => "CURRENT",
            _ => "NON_CURRENT",
        });
        if (key.IsExternal)
        {
            if (entry.Version.MaterialDescription is { } text) json.WriteString("KeyMaterialDescription", text);
            json.WriteString("ImportState", entry.HasMaterial ? "IMPORTED" : "PENDING_IMPORT");
            if (entry.HasMaterial) KeyMetadata.WriteExpiry(json, entry.Version.MaterialExpireTime);
        }

        if (!entry.IsFirst && !entry.IsWaiting)
        {
            json.WriteTime("RotationDate", entry.Version.RotateTime ?? entry.Version.CreateTime);
            json.WriteString("RotationType", entry.IsAutomatic ? "AUTOMATIC" : "ON_DEMAND");
        }

        json.WriteEndObject();
    }

    private static async ValueTask<Answer> RotateKeyOnDemand(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return answer!;
        var rotated = await call.PassAsync(new RotateKey(key.Name), (json, _) =>
            json.WriteString("KeyId", Arns.Of(key))).ConfigureAwait(false);
        return rotated.Fault switch
        {
            { Reason: RefusalReason.TransitionNotAllowed } none => Answer.Of(none with
            {
                Message = $"No available key material pending rotation for the key: {Arns.Of(key)}.",
            }),
            { Reason: RefusalReason.QuotaExceeded } full => Answer.Of(full with
            {
                Message = "The on-demand rotations limit has been reached for the given keyId. No more on-demand " +
                    $"rotations can be performed for this key: {Arns.Of(key)}",
            }),
            _ => rotated,
        };
    }
}

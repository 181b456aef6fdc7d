using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Keys;

namespace Keyward.Doors.Aws.Kms;

/// <summary>EnableKey, DisableKey, ScheduleKeyDeletion, CancelKeyDeletion.</summary>
internal static class KeyStateOperations
{
    private const int MinimumWindowDays = 7;
    private const int MaximumWindowDays = 30;

    public static readonly Operation[] All =
    [
        new("EnableKey", new Shape(Member.Key().Required()), call => Switch(call, KeyEvent.Enable)),
        new("DisableKey", new Shape(Member.Key().Required()), call => Switch(call, KeyEvent.Disable)),
        new("ScheduleKeyDeletion", new Shape(Member.Key().Required(),
            Member.Integer("PendingWindowInDays", MinimumWindowDays, MaximumWindowDays)), ScheduleKeyDeletion),
        new("CancelKeyDeletion", new Shape(Member.Key().Required()), CancelKeyDeletion),
    ];

    private static ValueTask<Answer> Switch(Call call, KeyEvent what) =>
        call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is { } key
            ? call.PassAsync(new ChangeKeyState(key.Name, what), write: null)
            : new(answer!);

    private static ValueTask<Answer> ScheduleKeyDeletion(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        var days = call.Input.Number("PendingWindowInDays") ?? MaximumWindowDays;
        return call.PassAsync(new ChangeKeyState(key.Name, KeyEvent.ScheduleDeletion)
        {
            Window = TimeSpan.FromDays(days),
        }, (json, changed) =>
        {
            json.WriteString("KeyId", Arns.Of(key));
            if (changed.State == KeyState.PendingDeletion) json.WriteTime("DeletionDate", changed.DeletionTime);
            json.WriteString("KeyState", changed.State == KeyState.PendingReplicaDeletion
                ? "PendingReplicaDeletion"
                : "PendingDeletion");
            json.WriteNumber("PendingWindowInDays", days);
        });
    }

    private static ValueTask<Answer> CancelKeyDeletion(Call call) =>
        call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is { } key
            ? call.PassAsync(new ChangeKeyState(key.Name, KeyEvent.CancelDeletion),
                (json, _) => json.WriteString("KeyId", Arns.Of(key)))
            : new(answer!);
}

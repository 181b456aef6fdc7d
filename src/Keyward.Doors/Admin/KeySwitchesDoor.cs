using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.KeySwitches.</summary>
internal sealed class KeySwitchesDoor(Gate gate) : KeySwitches.KeySwitchesBase
{
    private const int MinimumDays = 7;
    private const int MaximumDays = 30;

    private static readonly Refusal BadKey = new(RefusalReason.InvalidArgument,
        "A key is named projects/P/locations/L/keyRings/R/cryptoKeys/K.");

    private static readonly Refusal BadDays = new(RefusalReason.InvalidArgument,
        "A key waits 7 to 30 days for its deletion.");

    public override Task<KeySwitch> EnableKey(KeySwitchRequest request, ServerCallContext context) =>
        PassAsync(context, request.Name, KeyEvent.Enable);

    public override Task<KeySwitch> DisableKey(KeySwitchRequest request, ServerCallContext context) =>
        PassAsync(context, request.Name, KeyEvent.Disable);

    public override Task<KeySwitch> CancelKeyDeletion(KeySwitchRequest request, ServerCallContext context) =>
        PassAsync(context, request.Name, KeyEvent.CancelDeletion);

    public override Task<KeySwitch> ScheduleKeyDeletion(
        ScheduleKeyDeletionRequest request, ServerCallContext context)
    {
        var days = request.PendingDays == 0 ? MaximumDays : request.PendingDays;
        return days is >= MinimumDays and <= MaximumDays
            ? PassAsync(context, request.Name, KeyEvent.ScheduleDeletion, TimeSpan.FromDays(days))
            : gate.RefuseAsync<KeySwitch>(context, BadDays);
    }

    private Task<KeySwitch> PassAsync(
        ServerCallContext context, string name, KeyEvent what, TimeSpan? window = null)
    {
        Outcome<IOperation<Key>> operation = KeyName.TryParse(name, out var key)
            ? new ChangeKeyState(key, what) { Window = window ?? ChangeKeyState.DefaultWindow }
            : BadKey;
        return gate.PassAsync(context, operation, Show);
    }

    private static KeySwitch Show(Key key) => new()
    {
        Name = key.Name.ToString(),
        State = key.State switch
        {
            KeyState.Enabled => "ENABLED",
            KeyState.Disabled => "DISABLED",
            KeyState.PendingDeletion => "PENDING_DELETION",
            KeyState.PendingReplicaDeletion => "PENDING_REPLICA_DELETION",
            KeyState.Deleted or KeyState.Unspecified => "DELETED",
        },
        DeletionTime = key.DeletionTime?.ToTimestamp(),
    };
}

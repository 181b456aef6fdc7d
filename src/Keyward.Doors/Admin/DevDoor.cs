using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Development;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Dev: the control of a development server. Only such a server has it.</summary>
internal sealed class DevDoor(Gate gate) : Dev.DevBase
{
    private static readonly Refusal BadMove = new(RefusalReason.InvalidArgument,
        "Give what to advance by, or the time to set.");

    public override Task<DevClock> GetClock(GetClockRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ReadClock(), Show);

    public override Task<DevClock> MoveClock(MoveClockRequest request, ServerCallContext context)
    {
        Outcome<IOperation<ClockView>> operation = request.MoveCase switch
        {
            MoveClockRequest.MoveOneofCase.Advance when IsValid(request.Advance) =>
                new MoveClock(request.Advance.ToTimeSpan(), null),
            MoveClockRequest.MoveOneofCase.Set when IsValid(request.Set) =>
                new MoveClock(null, request.Set.ToDateTimeOffset()),
            _ => BadMove,
        };
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<ListFaultsResponse> ListFaults(ListFaultsRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ListFaults(), found => new ListFaultsResponse { Faults = { found.Select(Show) } });

    public override Task<Fault> AddFault(AddFaultRequest request, ServerCallContext context)
    {
        var fault = request.Fault ?? new Fault();
        _ = FaultKinds.TryParse(fault.Fault_, out var kind);
        var isValid = fault.Delay is null || IsValid(fault.Delay);
        return gate.PassAsync(context, new AddFault(new FaultRule(
            fault.Id.Length > 0 ? fault.Id : Passing.VisitOf(context).Arrival.RequestId[..8], kind)
        {
            Principal = NullIfEmpty(fault.Principal), Key = NullIfEmpty(fault.Key),
            Operation = NullIfEmpty(fault.Operation), Door = NullIfEmpty(fault.Door),
            Delay = !isValid ? TimeSpan.MinValue : fault.Delay?.ToTimeSpan() ?? TimeSpan.Zero,
            Share = fault.HasShare ? fault.Share : 1, After = fault.After, Times = fault.HasTimes ? fault.Times : null,
            Seed = fault.Seed,
        }), Show);
    }

    public override Task<Fault> RemoveFault(RemoveFaultRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new RemoveFault(request.Id), Show);

    /// <summary>Within the bounds of the well-known types, which their conversion needs.</summary>
    private static bool IsValid(Duration duration) => duration.Seconds is >= -31_536_000_000 and <= 31_536_000_000
        && duration.Nanos is > -1_000_000_000 and < 1_000_000_000
        && (duration.Seconds == 0 || duration.Nanos == 0 || duration.Seconds > 0 == duration.Nanos > 0);

    private static bool IsValid(Timestamp time) => time.Seconds is >= -62_135_596_800 and <= 253_402_300_799
        && time.Nanos is >= 0 and < 1_000_000_000;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static DevClock Show(ClockView view) => new()
    {
        Now = view.Now.ToTimestamp(), Offset = view.Offset.ToDuration(),
    };

    private static Fault Show(FaultStatus status)
    {
        var rule = status.Rule;
        var fault = new Fault
        {
            Id = rule.Id, Fault_ = rule.Kind.Name(), Principal = rule.Principal ?? "", Key = rule.Key ?? "",
            Operation = rule.Operation ?? "", Door = rule.Door ?? "", After = rule.After, Seed = rule.Seed,
            Matched = status.Matched, Met = status.Met,
        };
        if (rule.Delay > TimeSpan.Zero) fault.Delay = rule.Delay.ToDuration();
        if (rule.Share < 1) fault.Share = rule.Share;
        if (rule.Times is { } times) fault.Times = times;
        return fault;
    }
}

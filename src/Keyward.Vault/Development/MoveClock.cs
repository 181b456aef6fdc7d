using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Development;

/// <summary>What time it is in the vault, and how far that is from the real time.</summary>
public sealed record ClockView(DateTimeOffset Now, TimeSpan Offset);

public sealed record ReadClock : IOperation<ClockView>
{
    Verb IOperation<ClockView>.Verb { get; } = new("read_clock", OperationClass.AdminRead);

    Demand IOperation<ClockView>.Demand => Demand.OnDeployment(Permission.DevControl);

    void IOperation<ClockView>.Describe(RecordDraft draft) => draft.Resource = "clock";

    ValueTask<Outcome<ClockView>> IOperation<ClockView>.RunAsync(Passage passage) => new(
        passage.Dev is { } dev ? new ClockView(dev.Clock.GetUtcNow(), dev.Clock.Offset) : DevRefusals.NoDevMode);
}

/// <summary>Moves the clock on, by a duration or to a time. Answers when the server's jobs have done what fell due by
/// that.</summary>
public sealed record MoveClock(TimeSpan? By, DateTimeOffset? To) : IOperation<ClockView>
{
    /// <summary>The jobs come round every second.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static readonly Refusal Backwards = new(RefusalReason.InvalidArgument,
        "The clock goes forward only, until the year 3000. For an earlier time start the server anew: --clock TIME.");

    private static readonly Refusal Slow = new(RefusalReason.OutcomeUnknown,
        "The clock was moved, but the server's jobs have not come round yet.");

    Verb IOperation<ClockView>.Verb { get; } = new("move_clock", OperationClass.AdminWrite);

    Demand IOperation<ClockView>.Demand => Demand.OnDeployment(Permission.DevControl);

    void IOperation<ClockView>.Describe(RecordDraft draft)
    {
        draft.Resource = "clock";
        if (By is { } by) draft.Parameter("by", by.ToString("c", CultureInfo.InvariantCulture));
        if (To is { } to) draft.Parameter("to", to.ToString("O", CultureInfo.InvariantCulture));
    }

    async ValueTask<Outcome<ClockView>> IOperation<ClockView>.RunAsync(Passage passage)
    {
        if (passage.Dev is not { } dev) return DevRefusals.NoDevMode;
        var isMoved = To is { } time ? dev.Clock.TrySet(time) : dev.Clock.TryAdvance(By ?? TimeSpan.Zero);
        if (!isMoved) return Backwards;
        try
        {
            await dev.RunJobsAsync().WaitAsync(Patience).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return Slow;
        }

        return new ClockView(dev.Clock.GetUtcNow(), dev.Clock.Offset);
    }
}

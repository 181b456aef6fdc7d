using System.Collections.Immutable;
using System.Globalization;
using Keyward.Vault.Audit.Witnessing;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>What rules the logs' records: holds, retention, how far each log was pruned; and the logs of others that
/// are witnessed. Immutable.</summary>
public sealed record AuditKeeping
{
    public static readonly AuditKeeping Empty = new();

    /// <summary>By name, lifted ones included.</summary>
    public ImmutableSortedDictionary<string, AuditHold> Holds { get; init; } =
        ImmutableSortedDictionary.Create<string, AuditHold>(StringComparer.Ordinal);

    public ImmutableDictionary<string, AuditPruning> Prunings { get; init; } =
        ImmutableDictionary.Create<string, AuditPruning>(StringComparer.Ordinal);

    /// <summary>Logs of others that are witnessed here, by origin; those that were taken out too.</summary>
    public ImmutableDictionary<string, WitnessedLog> WitnessedLogs { get; init; } =
        ImmutableDictionary.Create<string, WitnessedLog>(StringComparer.Ordinal);

    /// <summary>Null where it was never set.</summary>
    public AuditRetention? SetRetention { get; init; }

    public AuditRetention Retention => SetRetention ?? AuditRetention.Default;

    public IEnumerable<AuditHold> ActiveHolds => Holds.Values.Where(h => h.IsActive);

    public long PrunedOf(string log) => Prunings.GetValueOrDefault(log)?.Index ?? 0;

    /// <summary>Why a record must stay where it is; null where it may go.</summary>
    public string? WhyStays(string recordClass, DateTimeOffset time, DateTimeOffset now) =>
        now < Retention.EndOf(recordClass, time)
            ? string.Create(CultureInfo.InvariantCulture, $"its retention ends {Retention.EndOf(recordClass, time):u}")
            : ActiveHolds.FirstOrDefault(h => h.From is null || time >= h.From) is { } hold
                ? $"the hold {hold.Name} covers it" : null;

    /// <summary>Whether records may go by the same rules as before.</summary>
    internal bool HasSameRules(AuditKeeping other) => ReferenceEquals(Holds, other.Holds)
        && ReferenceEquals(SetRetention, other.SetRetention) && ReferenceEquals(Prunings, other.Prunings);

    internal static bool Rules(Table table) => table == Tables.AuditHold || table == Tables.AuditRetention
        || table == Tables.AuditPruning || table == Tables.WitnessedLog;

    internal AuditKeeping With(Row row)
    {
        if (row.Table == Tables.WitnessedLog)
        {
            var log = WitnessedLog.Parse(row);
            return this with { WitnessedLogs = WitnessedLogs.SetItem(log.Origin, log) };
        }

        if (row.Table == Tables.AuditHold)
        {
            var hold = AuditHold.Parse(row);
            return this with { Holds = Holds.SetItem(hold.Name, hold) };
        }

        if (row.Table == Tables.AuditRetention) return this with { SetRetention = AuditRetention.Parse(row) };
        var pruning = AuditPruning.Parse(row);
        return this with { Prunings = Prunings.SetItem(pruning.Log, pruning) };
    }
}

using System.Globalization;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>Up to which index a log may be pruned: whole bundles, from the beginning on, of which no record must
/// stay.</summary>
/// <param name="WhyNotMore">What keeps the records from there on, in a sentence.</param>
internal sealed record PrunePlan(long To, string WhyNotMore)
{
    /// <summary>A million records at once; what is more goes the next time.</summary>
    private const int MaximumBundles = 4_096;

    /// <param name="from">Where it was pruned before.</param>
    /// <param name="signed">Records that a checkpoint covers.</param>
    /// <param name="needed">The lowest index that a sink has not confirmed.</param>
    /// <param name="before">Only records before this time; null for all that may go.</param>
    public static async ValueTask<PrunePlan> MakeAsync(ITreeSource source, long from, long signed, long needed,
        AuditKeeping keeping, DateTimeOffset? before, DateTimeOffset now, CancellationToken cancellation)
    {
        var end = Math.Min(signed, needed);
        var reader = new TreeReader(source);
        var first = from / TilePath.Width;
        var bundle = first;
        while (bundle - first < MaximumBundles && (bundle + 1) * TilePath.Width <= end)
        {
            var entries = await reader.EntriesAsync(bundle, (bundle + 1) * TilePath.Width, cancellation)
                .ConfigureAwait(false);
            for (var i = 0; i < entries.Count; i++)
                if (WhyStays(entries[i], keeping, before, now) is { } why)
                    return new PrunePlan(bundle * TilePath.Width, string.Create(CultureInfo.InvariantCulture,
                        $"Record {(bundle * TilePath.Width) + i} stays: {why}."));
            bundle++;
        }

        return new PrunePlan(bundle * TilePath.Width, (bundle + 1) * TilePath.Width <= end
            ? "More goes the next time."
            : FormattableString.Invariant(end == needed
                ? (FormattableString)$"A sink has not confirmed record {needed} yet."
                : $"The records from {bundle * TilePath.Width} on do not fill a file of {TilePath.Width} yet."));
    }

    /// <summary>A record that cannot be read stays.</summary>
    private static string? WhyStays(
        ReadOnlyMemory<byte> entry, AuditKeeping keeping, DateTimeOffset? before, DateTimeOffset now)
    {
        if (RecordFields.TimeOf(entry.Span) is not { } time) return "it has no time by which its retention could end";
        if (before is not null && time >= before) return "it is not of before the time that was given";
        return keeping.WhyStays(RecordFields.ClassOf(entry.Span) ?? "", time, now);
    }
}

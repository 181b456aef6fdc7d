using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Keeping;

/// <summary>Up to which index a log may be pruned: whole bundles, from the beginning on, of which no record must
/// stay.</summary>
internal static class PrunePlan
{
    /// <summary>A million records at once; what is more goes the next time.</summary>
    private const int MaximumBundles = 4_096;

    /// <param name="from">Where it was pruned before.</param>
    /// <param name="end">What is from here on stays in any case.</param>
    /// <param name="before">Only records before this time; null for all that may go.</param>
    public static async ValueTask<long> LimitAsync(ITreeSource source, long from, long end, AuditKeeping keeping,
        DateTimeOffset? before, DateTimeOffset now, CancellationToken cancellation)
    {
        var reader = new TreeReader(source);
        var first = from / TilePath.Width;
        var bundle = first;
        while (bundle - first < MaximumBundles && (bundle + 1) * TilePath.Width <= end)
        {
            var entries = await reader.EntriesAsync(bundle, (bundle + 1) * TilePath.Width, cancellation)
                .ConfigureAwait(false);
            if (entries.Any(e => MustStay(e, keeping, before, now))) break;
            bundle++;
        }

        return bundle * TilePath.Width;
    }

    /// <summary>A record that cannot be read stays.</summary>
    private static bool MustStay(
        ReadOnlyMemory<byte> entry, AuditKeeping keeping, DateTimeOffset? before, DateTimeOffset now)
    {
        if (RecordFields.TimeOf(entry.Span) is not { } time) return true;
        return (before is not null && time >= before)
            || keeping.MustStay(RecordFields.ClassOf(entry.Span) ?? "", time, now);
    }
}

using Keyward.SystemTests.Running;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(LongestFirst))]

namespace Keyward.SystemTests.Running;

/// <summary>The classes that take minutes begin, the others fill up beside them: by chance one of them would begin last,
/// and all would wait for it alone.</summary>
internal sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        nameof(Crash.KillTests), nameof(Contract.LiveAlertTests), nameof(Recovery.RestoreTests),
        nameof(Cluster.RollingUpgradeTests), nameof(Contract.QuestionTests), nameof(Contract.RunbookTests),
        nameof(Contract.OperatingTests), nameof(Cluster.DatabaseTests), nameof(Cluster.DatabaseOutageTests),
        nameof(Cluster.ClockTests),
        nameof(Tampering.StoreTests),
        nameof(Contract.ApplicationGuideTests), nameof(Contract.GuideTests), nameof(Contract.DegradedTests),
        nameof(Contract.DevServerTests),
    ];

    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(
        IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection =>
        [.. testCollections.OrderBy(c => PlaceOf(c.TestCollectionDisplayName))];

    /// <summary>A class is a collection of its own, which shows its full name.</summary>
    private static int PlaceOf(string collection)
    {
        var place = Array.FindIndex(Long, name => collection.Contains($".{name} ", StringComparison.Ordinal));
        return place < 0 ? Long.Length : place;
    }
}

using System.Collections.Concurrent;
using Keyward.Tests.Conformance;
using Keyward.Tests.Doors;
using Microsoft.Extensions.Time.Testing;

[assembly: AssemblyFixture(typeof(FoundedFolders))]

namespace Keyward.Tests.Doors;

/// <summary>Data folders of servers that were founded and ended well, one for each time that tests begin at. Making a
/// deployment's keys takes longer than most tests: they begin with a copy, as a second start does.</summary>
public sealed class FoundedFolders : IDisposable
{
    private static readonly ConcurrentDictionary<DateTimeOffset, Lazy<Task<TemporaryFolder>>> Founded = [];

    /// <summary>Null for a clock that cannot be set again to where it stands: its test founds for itself.</summary>
    internal static async Task<string?> FindAsync(TimeProvider time)
    {
        if (time is FakeTimeProvider { AutoAdvanceAmount.Ticks: not 0 }) return null;
        if (time is not FakeTimeProvider && time != TimeProvider.System) return null;
        var key = time is FakeTimeProvider ? time.GetUtcNow() : default;
        var folder = await Founded.GetOrAdd(key, _ => new Lazy<Task<TemporaryFolder>>(() => FoundAsync(
            time is FakeTimeProvider ? new FakeTimeProvider(key) : time))).Value;
        return folder.Path;
    }

    public void Dispose()
    {
        foreach (var (_, folder) in Founded)
            if (folder.Value.IsCompletedSuccessfully) folder.Value.Result.Dispose();
    }

    private static async Task<TemporaryFolder> FoundAsync(TimeProvider time)
    {
        var kept = new TemporaryFolder();
        await using var doors = await OpenDoors.OpenAsync(time, isNew: true);
        await doors.CloseAsync();
        OpenDoors.Copy(doors.Folder, kept.Path);
        return kept;
    }
}

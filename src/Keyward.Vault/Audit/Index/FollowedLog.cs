using Keyward.Vault.Audit.Anomalies;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Usage;

namespace Keyward.Vault.Audit.Index;

/// <summary>A log with all that is made of its records behind it.</summary>
internal sealed class FollowedLog : IDisposable
{
    private FollowedLog(IAuditLog log, string folder, TimeProvider time, AnomalySettings settings)
    {
        var files = new TreeFiles(folder);
        Index = LogIndex.Open(folder, files, log);
        Usage = UsageFold.Open(files, log);
        Anomalies = AnomalyFold.Open(files, log, settings);
        Tally = new AnomalyTally(time);
        Anomalies.Found = Tally.Count;
        Follower = new LogFollower(log, [Index, Usage, Anomalies], time);
    }

    /// <param name="folder">Its own, in the log's: all in it can be made again.</param>
    public static FollowedLog Open(IAuditLog log, string folder, TimeProvider time, AnomalySettings settings) =>
        new(log, folder, time, settings);

    public LogFollower Follower { get; }

    public LogIndex Index { get; }

    public UsageFold Usage { get; }

    public AnomalyFold Anomalies { get; }

    public AnomalyTally Tally { get; }

    public void Dispose() => Follower.Dispose();
}

using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Usage;

namespace Keyward.Vault.Audit.Index;

/// <summary>A log with all that is made of its records behind it.</summary>
internal sealed class FollowedLog : IDisposable
{
    private FollowedLog(IAuditLog log, string folder, TimeProvider time)
    {
        var files = new TreeFiles(folder);
        Index = LogIndex.Open(folder, files, log);
        Usage = UsageFold.Open(files, log);
        Follower = new LogFollower(log, [Index, Usage], time);
    }

    /// <param name="folder">Its own, in the log's: all in it can be made again.</param>
    public static FollowedLog Open(IAuditLog log, string folder, TimeProvider time) => new(log, folder, time);

    public LogFollower Follower { get; }

    public LogIndex Index { get; }

    public UsageFold Usage { get; }

    public void Dispose() => Follower.Dispose();
}

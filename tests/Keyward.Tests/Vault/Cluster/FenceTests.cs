using Keyward.Tests.Doors;
using Keyward.Vault.Automation;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Projects;

namespace Keyward.Tests.Vault.Cluster;

/// <summary>A leader that stood still changes nothing any more once another one runs the jobs.</summary>
public sealed class FenceTests
{
    [Fact]
    public async Task A_job_of_an_older_term_changes_nothing()
    {
        await using var doors = await OpenDoors.OpenAsync();
        var vault = doors.Gate.Vault!;
        // This store's term is 0: it has no other node.
        vault.LeaderTerm = () => 3;
        var seq = vault.Snapshot.Seq;
        var refused = await RunAsync(new JobCaller(doors.Gate, "late", ofLeader: true));
        Assert.Equal(RefusalReason.TransitionNotAllowed, refused.Refusal!.Reason);
        Assert.Equal(seq, vault.Snapshot.Seq);
        // What every node does for itself, and who leads, is not hindered.
        Assert.True((await RunAsync(new JobCaller(doors.Gate, "own"))).IsOk);
        vault.LeaderTerm = () => 0;
        Assert.True((await RunAsync(new JobCaller(doors.Gate, "leader", ofLeader: true))).IsOk);
    }

    private static ValueTask<Outcome<ProjectKeyRotation>> RunAsync(JobCaller job)
    {
        Assert.True(ProjectId.TryParse("default", out var id));
        return job.PassAsync("Test", new RotateProjectKey(id, Continue: false), TestContext.Current.CancellationToken);
    }
}

using Keyward.Server;
using Keyward.Server.Settings;
using Keyward.Tests.Conformance;
using Keyward.Vault.Automation;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Projects;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keyward.Tests.Vault.Cluster;

/// <summary>Two nodes, each with its own gate, lane and log, on a real database, of which both believe that they lead: the
/// clock of one stands still, which is the worst that a lease can meet. The store's fence alone keeps them
/// apart.</summary>
public sealed class TwoLeadersTests(PostgresServer postgres)
{
    [Fact]
    public async Task Of_two_that_both_believe_to_lead_only_the_later_changes_anything()
    {
        var database = postgres.MakeDatabase();
        var clock = new StandingTime();
        await using var first = await Node.StartAsync(database, clock);
        postgres.Execute(database.Split("Database=")[1], "UPDATE lease SET lease_ms = 4000, wait_ms = 4000");
        await using var second = await Node.StartAsync(database, TimeProvider.System, first);
        await first.StepUntilAsync(isLeading: true);
        await second.StepAsync();
        // Its lease is seconds, and a busy machine may have let them pass.
        await first.StepUntilAsync(isLeading: true);
        Assert.True((await first.RotateAsync()).IsOk);
        Assert.Equal(RefusalReason.TransitionNotAllowed, (await second.RotateAsync()).Refusal!.Reason);

        clock.Stands = true;
        await first.StepUntilAsync(isLeading: true);
        await second.StepUntilAsync(isLeading: true);
        Assert.Equal((true, true), (first.IsLeading, second.IsLeading));
        var (before, keys) = (first.Seq, Keys());
        for (var i = 0; i < 3; i++)
        {
            var late = await first.RotateAsync();
            Assert.Equal(RefusalReason.TransitionNotAllowed, late.Refusal!.Reason);
            Assert.Contains("Another node runs the jobs", late.Refusal.Sentence, StringComparison.Ordinal);
        }

        Assert.Equal((before, keys), (first.Seq, Keys()));
        await second.StepUntilAsync(isLeading: true);
        Assert.True((await second.RotateAsync()).IsOk);
        Assert.NotEqual(keys, Keys());

        // It goes on: its clock tells it, and so does the store.
        clock.Stands = false;
        await first.StepUntilAsync(isLeading: false);
        Assert.Equal(RefusalReason.TransitionNotAllowed, (await first.RotateAsync()).Refusal!.Reason);

        string Keys() => postgres.Query(database.Split("Database=")[1], "SELECT count(*) FROM sealed_key");
    }

    /// <summary>Real clocks, of which the one for durations can be stopped.</summary>
    private sealed class StandingTime : TimeProvider
    {
        private long? _stoodAt;

        public bool Stands
        {
            set => _stoodAt = value ? System.GetTimestamp() : null;
        }

        public override long GetTimestamp() => _stoodAt ?? System.GetTimestamp();
    }

    private sealed class Node : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly GateMetrics _metrics = new();
        private DataFolder? _data;
        private VaultKeeper _keeper = null!;
        private JobCaller _job = null!;

        public bool IsLeading => Membership.IsLeading;

        public long Seq => _keeper.Gate.Vault!.Snapshot.Seq;

        private NodeMembership Membership => _keeper.Membership!;

        private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

        /// <param name="root">Whose root key it gets; null for the one that makes the deployment.</param>
        public static async Task<Node> StartAsync(string database, TimeProvider time, Node? root = null)
        {
            var node = new Node();
            var (data, file) = (node._folder.Path + "/data", node._folder.Path + "/connection");
            await File.WriteAllTextAsync(file, database, Cancellation);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            Directory.CreateDirectory(data, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (root is not null) File.Copy(root._folder.Path + "/data/root.key", data + "/root.key");
            var reader = SettingReader.Read(
                new Dictionary<string, string>
                {
                    ["--data"] = data, ["--storage"] = "postgres", ["--postgres-file"] = file,
                },
                new Dictionary<string, string> { ["KEYWARD_AUDIT_RESERVE"] = "1MiB" }, null);
            Assert.Empty(reader.Errors);
            node._data = DataFolder.Open(data, time);
            node._keeper = await VaultKeeper.StartAsync(node._data, ServerSettings.Of(reader), "127.0.0.1:1",
                node._metrics, time, NullLoggerFactory.Instance, Cancellation);
            Assert.True(node._keeper.Gate.Status.IsReady, node._keeper.Gate.Status.Sentence);
            node._job = new JobCaller(node._keeper.Gate, "test", ofLeader: true);
            return node;
        }

        public async Task StepUntilAsync(bool isLeading)
        {
            do await StepAsync();
            while (IsLeading != isLeading);
        }

        public async Task StepAsync()
        {
            await Membership.Sync.SyncAsync(Cancellation);
            await Membership.StepAsync(Cancellation);
        }

        public ValueTask<Outcome<ProjectKeyRotation>> RotateAsync()
        {
            Assert.True(ProjectId.TryParse("default", out var id));
            return _job.PassAsync("Test", new RotateProjectKey(id, Continue: false), Cancellation);
        }

        public async ValueTask DisposeAsync()
        {
            await _keeper.DisposeAsync();
            _data?.Dispose();
            _metrics.Dispose();
            _folder.Dispose();
        }
    }
}

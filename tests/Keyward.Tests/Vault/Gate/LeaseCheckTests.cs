using Keyward.Tests.Doors;
using Keyward.Vault.Audit;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Vault.Gate;

/// <summary>The gate looks at the lease when a request begins and again when its record is durable.</summary>
public sealed class LeaseCheckTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_request_whose_lease_ends_before_its_answer_is_refused_and_a_second_record_says_so()
    {
        await using var doors = await OpenAsync();
        var caller = doors.Gate.Identify(Receive(doors), new Keyward.Vault.Identities.BearerProof(
            doors.Token, Keyward.Vault.Identities.ProofUse.Door)).Value;
        var records = doors.Records;
        Assert.True((await PassAsync(doors, caller, new Reading(() => { }))).IsOk);
        Assert.Equal(records + 1, doors.Records);

        var secret = new Secret();
        var ended = await PassAsync(doors, caller, new Reading(() => _time.Advance(TimeSpan.FromSeconds(10)), secret));
        Assert.Equal(RefusalReason.NotReady, ended.Refusal!.Reason);
        Assert.Equal(records + 3, doors.Records);
        Assert.True(secret.IsDisposed);

        var run = false;
        var late = await PassAsync(doors, caller, new Reading(() => run = true));
        Assert.Equal((RefusalReason.NotReady, false), (late.Refusal!.Reason, run));
        Assert.Equal(records + 4, doors.Records);
    }

    /// <summary>The vault of these doors as a node of several has it, with ten seconds of a lease.</summary>
    private async Task<OpenDoors> OpenAsync()
    {
        var doors = await OpenDoors.OpenAsync();
        var alone = doors.Gate.Vault!;
        var vault = new OpenedVault(alone.Keystore, alone.Hierarchy, alone.CredentialKeys, alone.Snapshot)
        {
            Lease = new Lease(_time), Store = alone.Store, Incarnation = alone.Incarnation,
        };
        vault.Lease.Extend(vault.Lease.Begin(), TimeSpan.FromSeconds(10));
        doors.Gate.Open(vault, null!);
        return doors;
    }

    private static Arrival Receive(OpenDoors doors) =>
        doors.Gate.Receive(Door.Admin, new Source("127.0.0.1", 1, "test", "1.3"), null);

    private static async Task<Outcome<Secret>> PassAsync(OpenDoors doors, Caller caller, Reading operation) =>
        await doors.Gate.PassAsync(Receive(doors), caller, operation, TestContext.Current.CancellationToken);

    private sealed class Secret : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    private sealed class Reading(Action run, Secret? secret = null) : IOperation<Secret>
    {
        Verb IOperation<Secret>.Verb { get; } = new("read", OperationClass.AdminRead);

        Demand IOperation<Secret>.Demand => Demand.OnDeployment(Permission.NodesGet, "nodes");

        void IOperation<Secret>.Describe(RecordDraft draft) => draft.Resource = "nodes";

        ValueTask<Outcome<Secret>> IOperation<Secret>.RunAsync(Passage passage)
        {
            run();
            return new(secret ?? new Secret());
        }
    }
}

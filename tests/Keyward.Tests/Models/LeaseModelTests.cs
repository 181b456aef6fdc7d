using System.Security.Cryptography;
using Keyward.Tests.Keystores;
using Keyward.Vault.Audit;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace Keyward.Tests.Models;

/// <summary>The program's own lease, synchronisation and propagation under a scheduler that decides when each statement
/// runs, when its answer arrives or is lost, how the nodes' clocks go and are set, who stands still and who dies. The
/// oracle knows one sentence: a request that begins after a change returned is served by nobody who has not applied it.</summary>
public sealed class LeaseModelTests : IDisposable
{
    private readonly VaultKeys _keys = new();

    public enum Fault
    {
        None = 0,
        NobodyWaits = 1,
        NobodyLooksAtTheLease = 2,
        RenewalsTellOldCounters = 3,
        LeasesGoByTheWallClock = 4,
        PausesGoUnseen = 5,
    }

    public void Dispose() => _keys.Dispose();

    /// <param name="pauses">Whole machines are held still, where wall clocks are set otherwise. One that is set back
    /// just then hides the pause, which nothing can see.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Nothing_is_served_without_a_change_that_returned_before_whatever_the_order(bool pauses)
    {
        var (served, returned) = (0, 0L);
        for (var seed = 1; seed <= 100; seed++)
        {
            var run = new Run(_keys, seed, Fault.None, pauses);
            run.Go(1_000);
            Assert.True(run.Violation is null, $"seed {seed}: {run.Violation}");
            (served, returned) = (served + run.Served, returned + run.Returned);
        }

        Assert.True(served > 1_000 && returned > 500, $"The runs are too quiet: {served} uses, {returned} changes.");
    }

    [Fact]
    public void After_all_faults_every_node_serves_again()
    {
        var run = new Run(_keys, 4711, Fault.None);
        run.Go(1_000);
        run.Heal();
        Assert.True(run.AllServe, "a node does not serve by the last change");
    }

    [Theory]
    [InlineData(Fault.NobodyWaits)]
    [InlineData(Fault.NobodyLooksAtTheLease)]
    [InlineData(Fault.RenewalsTellOldCounters)]
    [InlineData(Fault.LeasesGoByTheWallClock)]
    [InlineData(Fault.PausesGoUnseen)]
    public void A_fault_is_found(Fault fault) => Assert.Contains(Enumerable.Range(1, 100), seed =>
    {
        var run = new Run(_keys, seed, fault, pauses: fault == Fault.PausesGoUnseen);
        run.Go(1_000);
        return run.Violation is not null;
    });

    /// <summary>One node: its clock, which drifts, and the program's parts.</summary>
    private sealed class Member(
        int number, string id, VaultKeys keys, SharedRows rows, List<Statement> statements, Fault fault)
    {
        public JumpingTime Clock { get; private set; } = null!;

        public OpenedVault Vault { get; private set; } = null!;

        public NodeSync Sync { get; private set; } = null!;

        public Propagation Propagation { get; private set; } = null!;

        public Task Syncing { get; set; } = Task.CompletedTask;

        public bool Stands { get; set; }

        public int Number => number;

        /// <summary>A new life under the same name, with what the store holds.</summary>
        public void Start(Snapshot snapshot)
        {
            Clock = new JumpingTime(fault == Fault.LeasesGoByTheWallClock, fault == Fault.PausesGoUnseen);
            var store = new LeaseStore(number, rows, statements);
            Vault = new OpenedVault(keys.Keystore, keys.Hierarchy, keys.Hierarchy, snapshot)
            {
                Lease = new Lease(Clock), Incarnation = rows.Counter.Incarnation,
            };
            var me = new NodeIdentity(id, "127.0.0.1:1", "model", "machine");
            Sync = new NodeSync(store, store, Vault, me, Clock, NullLogger.Instance);
            Propagation = new Propagation(Sync, Vault, Clock);
            Syncing = Task.CompletedTask;
            Stands = false;
        }
    }

    private sealed class Run
    {
        private static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        private readonly VaultKeys _keys;
        private readonly Random _random;
        private readonly Fault _fault;
        private readonly bool _pauses;
        private readonly SharedRows _rows;
        private readonly List<Statement> _statements = [];
        private readonly List<Member> _members = [];
        private readonly List<(long Seq, Task Done)> _changes = [];
        private readonly List<(Member Node, long Seq, long Demanded)> _uses = [];
        private Snapshot _latest;

        public Run(VaultKeys keys, int seed, Fault fault, bool pauses = false)
        {
            (_keys, _random, _fault, _pauses) = (keys, new Random(seed), fault, pauses);
            _rows = new SharedRows(Terms) { TellsOldCounter = fault == Fault.RenewalsTellOldCounters };
            _latest = Snapshot.Empty;
            _rows.Counter = _rows.Counter with { SealedSum = SealedSum(0, default) };
            for (var i = 0; i < 3; i++)
            {
                var member = new Member(i, $"node-{i}", keys, _rows, _statements, fault);
                member.Start(_latest);
                _members.Add(member);
            }
        }

        public string? Violation { get; private set; }

        public long Returned { get; private set; }

        public int Served { get; private set; }

        public bool AllServe => _members.TrueForAll(
            m => m.Vault.Lease.IsGood && m.Vault.Snapshot.Seq == _rows.Counter.Seq);

        public void Go(int steps)
        {
            for (var i = 0; i < steps && Violation is null; i++) Step();
        }

        /// <summary>Nothing is lost any more, everybody runs.</summary>
        public void Heal()
        {
            foreach (var member in _members) member.Stands = false;
            for (var round = 0; round < 4; round++)
            {
                foreach (var member in _members.Where(m => m.Syncing.IsCompleted))
                    member.Syncing = member.Sync.SyncAsync(default);
                while (_statements.Count > 0) Answer(_statements[0], lost: false);
            }
        }

        private void Step()
        {
            var member = _members[_random.Next(_members.Count)];
            switch (_random.Next(25))
            {
                case < 4:
                    if (!member.Stands && member.Syncing.IsCompleted) member.Syncing = member.Sync.SyncAsync(default);
                    break;
                case < 14:
                    var ready = _statements.Where(s => !s.HasRun || !_members[s.Node].Stands).ToList();
                    if (ready.Count > 0) Move(ready[_random.Next(ready.Count)]);
                    break;
                case 14: Advance(_random.Next(400)); break;
                case 15: if (!member.Stands) Change(member); break;
                case < 22: Use(member); break;
                case 22: member.Stands = !member.Stands; break;
                case 23:
                    if (_pauses) HoldStill(member, _random.Next(2_500));
                    else member.Clock.SetWall(TimeSpan.FromMinutes(_random.Next(-60, 60)));
                    break;
                default: if (_random.Next(8) == 0) Restart(member); break;
            }

            foreach (var (seq, _) in _changes.Where(c => c.Done.IsCompletedSuccessfully))
                Returned = Math.Max(Returned, seq);
            _changes.RemoveAll(c => c.Done.IsCompleted);
        }

        /// <summary>A statement runs, or its answer arrives; one in twenty is lost, before or after it ran.</summary>
        private void Move(Statement statement)
        {
            if (_random.Next(20) == 0) Answer(statement, lost: true);
            else if (statement.HasRun) Answer(statement, lost: false);
            else statement.Run();
        }

        private void Answer(Statement statement, bool lost)
        {
            _statements.Remove(statement);
            if (lost) statement.Lose();
            else
            {
                if (!statement.HasRun) statement.Run();
                statement.Deliver();
            }
        }

        /// <summary>Clocks drift by up to one in a hundred.</summary>
        private void Advance(int milliseconds)
        {
            foreach (var member in _members)
                member.Clock.Advance(TimeSpan.FromMilliseconds(milliseconds * (99 + member.Number) / 100.0));
        }

        /// <summary>The others' time goes on.</summary>
        private void HoldStill(Member held, int milliseconds)
        {
            var pause = TimeSpan.FromMilliseconds(milliseconds);
            held.Clock.StandStill(pause);
            foreach (var member in _members.Where(m => m != held)) member.Clock.Advance(pause);
        }

        /// <summary>A commit, as the change lane does it: judged on all that was committed before.</summary>
        private void Change(Member member)
        {
            var (id, nonce) = RecordWriter.RandomIds();
            var arrival = new Arrival(Door.System, new Source("", 0, null, null), null, id, nonce, default, 0);
            var record = new RecordDraft(arrival, null, Verb.Other);
            var draft = new ChangeDraft(
                _latest, _latest.Seq + 1, DateTimeOffset.UnixEpoch, member.Vault, record);
            draft.Put(new SealedKeyRow(RandomNumberGenerator.GetBytes(16), _keys.ProjectKey, draft.Now));
            var sum = draft.SumAfter(_latest.Sum);
            var change = draft.ToChange(sum, TimeSpan.Zero, "node");
            _latest = draft.Snapshot with { Seq = draft.Seq, Sum = sum };
            _rows.Feed.Add(change.Entry);
            _rows.Counter = _rows.Counter with { Seq = draft.Seq, SealedSum = change.SealedSum };
            member.Vault.Swap(_latest);
            _changes.Add((draft.Seq, _fault == Fault.NobodyWaits
                ? Task.CompletedTask
                : member.Propagation.WaitAsync(draft.Seq, member.Clock.GetTimestamp())));
        }

        /// <summary>A request begins, or one that began ends: the lease is looked at both times.</summary>
        private void Use(Member member)
        {
            if (member.Stands) return;
            var open = _uses.FindIndex(u => u.Node == member);
            if (open < 0)
            {
                if (IsGood(member)) _uses.Add((member, member.Vault.Snapshot.Seq, Returned));
                return;
            }

            var use = _uses[open];
            _uses.RemoveAt(open);
            if (!IsGood(member)) return;
            Served++;
            if (use.Seq < use.Demanded)
                Violation = $"node {member.Number} served by change {use.Seq} after {use.Demanded} had returned";
        }

        private bool IsGood(Member member) => _fault == Fault.NobodyLooksAtTheLease || member.Vault.Lease.IsGood;

        private void Restart(Member member)
        {
            _uses.RemoveAll(u => u.Node == member);
            _statements.RemoveAll(s => s.Node == member.Number);
            // What it was about to answer is never answered; its next life takes its row over, since on the same machine
            // the data folder's lock proves that the old one is gone.
            _rows.Nodes.Remove(member.Sync.Me.Id);
            member.Propagation.Dispose();
            member.Start(_latest);
        }

        private byte[] SealedSum(long seq, StateSum sum)
        {
            var bytes = new byte[StateSum.SizeBytes];
            sum.Write(bytes);
            return _keys.Hierarchy.SealStateSum(seq, bytes);
        }
    }
}

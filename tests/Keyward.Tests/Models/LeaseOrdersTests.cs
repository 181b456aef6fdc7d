using System.Security.Cryptography;
using Keyward.Tests.Keystores;
using Keyward.Vault.Audit;
using Keyward.Vault.Cluster;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Keyward.Tests.Models;

/// <summary>A small run of the program's own lease and propagation in every order that there is: one node changes
/// something, another synchronises, time passes, one statement or its answer is lost. <see cref="LeaseModelTests"/> tries
/// bigger ones at random.</summary>
public sealed class LeaseOrdersTests : IDisposable
{
    private readonly VaultKeys _keys = new();

    public void Dispose() => _keys.Dispose();

    [Fact]
    public void In_no_order_is_anything_served_without_a_change_that_returned()
    {
        var (orders, applied, expired) = (0, 0, 0);
        var choices = new Choices();
        do
        {
            var run = new Run(_keys, choices, waits: true);
            run.Go();
            Assert.True(run.Violation is null, $"{run.Violation}: {choices}");
            orders++;
            if (run.HasReturned && run.OtherHasApplied) applied++;
            if (run.HasReturned && !run.OtherHasApplied) expired++;
        }
        while (choices.TryNext());

        Assert.True(orders > 5_000 && applied > 100 && expired > 100, $"{orders} orders, {applied}, {expired}");
    }

    [Fact]
    public void An_order_is_found_in_which_a_change_that_does_not_wait_is_not_obeyed()
    {
        var choices = new Choices();
        var isFound = false;
        do
        {
            var run = new Run(_keys, choices, waits: false);
            run.Go();
            isFound = run.Violation is not null;
        }
        while (!isFound && choices.TryNext());

        Assert.True(isFound);
    }

    /// <summary>One way through a tree of choices after the other, depth first.</summary>
    private sealed class Choices
    {
        private readonly List<(int Taken, int Width)> _path = [];
        private int _at;

        public int Next(int width)
        {
            if (_at == _path.Count) _path.Add((0, width));
            return _path[_at++].Taken;
        }

        public bool TryNext()
        {
            _at = 0;
            while (_path.Count > 0 && _path[^1].Taken + 1 == _path[^1].Width) _path.RemoveAt(_path.Count - 1);
            if (_path.Count == 0) return false;
            _path[^1] = (_path[^1].Taken + 1, _path[^1].Width);
            return true;
        }

        public override string ToString() => string.Join(' ', _path.Select(p => p.Taken));
    }

    private sealed class Member(int number, VaultKeys keys, SharedRows rows, List<Statement> statements)
    {
        public FakeTimeProvider Clock { get; } = new();

        public OpenedVault Vault { get; private set; } = null!;

        public NodeSync Sync { get; private set; } = null!;

        public Propagation Propagation { get; private set; } = null!;

        public Task Syncing { get; set; } = Task.CompletedTask;

        public Member Start(Snapshot snapshot)
        {
            var store = new LeaseStore(number, rows, statements);
            Vault = new OpenedVault(keys.Keystore, keys.Hierarchy, keys.Hierarchy, snapshot)
            {
                Lease = new Lease(Clock), Incarnation = rows.Counter.Incarnation,
            };
            var me = new NodeIdentity($"node-{number}", "127.0.0.1:1", "model", "machine");
            Sync = new NodeSync(store, store, Vault, me, Clock, NullLogger.Instance);
            Propagation = new Propagation(Sync, Vault, Clock);
            return this;
        }
    }

    private sealed class Run
    {
        private const int Changer = 0;
        private const int Other = 1;

        /// <summary>Two of these are more than a lease and its margin.</summary>
        private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.2);
        private static readonly LeaseTerms Terms = new(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(2));

        private readonly VaultKeys _keys;
        private readonly Choices _choices;
        private readonly bool _waits;
        private readonly SharedRows _rows = new(Terms);
        private readonly List<Statement> _statements = [];
        private readonly List<Member> _members = [];
        private Task? _change;
        private int _pauses = 2;
        private int _syncs = 1;
        private int _losses = 1;

        public Run(VaultKeys keys, Choices choices, bool waits)
        {
            (_keys, _choices, _waits) = (keys, choices, waits);
            _rows.Counter = _rows.Counter with { SealedSum = SealedSum(0, default) };
            for (var i = 0; i < 2; i++)
            {
                var member = new Member(i, keys, _rows, _statements).Start(Snapshot.Empty);
                _members.Add(member);
                var first = member.Sync.SyncAsync(default);
                while (!first.IsCompleted) Answer(_statements[0]);
            }
        }

        public string? Violation { get; private set; }

        public bool HasReturned => _change?.IsCompletedSuccessfully == true;

        public bool OtherHasApplied => _members[Other].Vault.Snapshot.Seq == _rows.Counter.Seq;

        public void Go()
        {
            while (Violation is null && Possible() is { Count: > 0 } possible)
            {
                possible[_choices.Next(possible.Count)]();
                if (HasReturned && _members.Exists(m => m.Vault.Lease.IsGood && m.Vault.Snapshot.Seq < _rows.Counter.Seq))
                    Violation = "a node would serve without the change";
            }
        }

        private List<Action> Possible()
        {
            var possible = new List<Action>();
            // When the change has returned and the other has caught up, nothing more can go wrong.
            if (HasReturned && OtherHasApplied) return possible;
            foreach (var statement in _statements.ToList())
            {
                possible.Add(() => Move(statement));
                if (_losses > 0) possible.Add(() => Lose(statement));
            }

            if (_change is null) possible.Add(Change);
            if (_syncs > 0 && _members[Other].Syncing.IsCompleted) possible.Add(Synchronise);
            if (_pauses > 0) possible.Add(PassTime);
            return possible;
        }

        /// <summary>A renewal runs and is answered at two moments: what happens in between is what the lease is about.
        /// All else may as well happen at one.</summary>
        private void Move(Statement statement)
        {
            if (statement.Node == Other && !statement.HasRun) statement.Run();
            else Answer(statement);
        }

        private void Answer(Statement statement)
        {
            _statements.Remove(statement);
            if (!statement.HasRun) statement.Run();
            statement.Deliver();
        }

        private void Lose(Statement statement)
        {
            _losses--;
            _statements.Remove(statement);
            statement.Lose();
        }

        private void Synchronise()
        {
            _syncs--;
            _members[Other].Syncing = _members[Other].Sync.SyncAsync(default);
        }

        private void PassTime()
        {
            _pauses--;
            // The other's clock is slow.
            _members[Changer].Clock.Advance(Pause);
            _members[Other].Clock.Advance(Pause * 0.99);
        }

        private void Change()
        {
            var member = _members[Changer];
            var (id, nonce) = RecordWriter.RandomIds();
            var arrival = new Arrival(Door.System, new Source("", 0, null, null), null, id, nonce, default, 0);
            var draft = new ChangeDraft(Snapshot.Empty, 1, DateTimeOffset.UnixEpoch, member.Vault,
                new RecordDraft(arrival, null, Verb.Other));
            draft.Put(new SealedKeyRow(RandomNumberGenerator.GetBytes(16), _keys.ProjectKey, draft.Now));
            var sum = draft.SumAfter(default);
            var change = draft.ToChange(sum, TimeSpan.Zero, "node");
            _rows.Feed.Add(change.Entry);
            _rows.Counter = _rows.Counter with { Seq = 1, SealedSum = change.SealedSum };
            member.Vault.Swap(draft.Snapshot with { Seq = 1, Sum = sum });
            _change = _waits
                ? member.Propagation.WaitAsync(1, member.Clock.GetTimestamp())
                : Task.CompletedTask;
        }

        private byte[] SealedSum(long seq, StateSum sum)
        {
            var bytes = new byte[StateSum.SizeBytes];
            sum.Write(bytes);
            return _keys.Hierarchy.SealStateSum(seq, bytes);
        }
    }
}

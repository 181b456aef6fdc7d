using System.Runtime.InteropServices;
using Keyward.Vault.Grants;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>Builds the first snapshot from all rows of a store: checks every seal, adds up the state sum, and says what
/// was found altered. A million keys load in one pass, without a change of a table for each.</summary>
internal static class SnapshotLoader
{
    /// <summary>The snapshot, and the rows whose seal does not hold; <see cref="Snapshot.Sum"/> is the sum of the rows
    /// whose seal holds.</summary>
    public static (Snapshot Snapshot, IReadOnlyList<Row> Broken) Load(StoredState state, IKeyHierarchy hierarchy)
    {
        var checking = new RowCheck(hierarchy);
        var rows = Tables.All.Where(t => t != Tables.CryptoKey && t != Tables.KeyVersion && t != Tables.Grant)
            .SelectMany(t => checking.Good(state.Rows.Of(t))).ToList();
        var grants = checking.Good(state.Rows.Of(Tables.Grant)).Select(Grant.Parse).GroupBy(g => g.Key)
            .ToDictionary(g => g.Key, KeyGrants.Of);
        var snapshot = WithKeys(Snapshot.Empty.With(rows), checking.Good(state.Rows.Of(Tables.CryptoKey)),
            checking.Good(state.Rows.Of(Tables.KeyVersion)), grants) with
        {
            Seq = state.Counter.Seq, Sum = checking.Sum,
        };
        return (snapshot with { Altered = snapshot.Altered.Union(checking.Broken.Select(NameOf)) }, checking.Broken);
    }

    public static bool SealHolds(Row row, IKeyHierarchy hierarchy) =>
        row.Seal.Length == 32 && hierarchy.CheckRow(RowCodec.Framed(row), row.Seal);

    public static StateSum TermOf(Row row, IKeyHierarchy hierarchy)
    {
        Span<byte> term = stackalloc byte[StateSum.SizeBytes];
        hierarchy.StateTerm(RowCodec.SumTerm(row), term);
        return StateSum.Parse(term);
    }

    /// <summary>The full name of what a row speaks of, from its key columns alone: the rest may be garbage.</summary>
    public static string NameOf(Row row)
    {
        var cells = row.Cells;
        string Text(int i) => cells[i].Text ?? "?";
        if (row.Table == Tables.Project) return "projects/" + Text(0);
        if (row.Table == Tables.KeyRing) return $"projects/{Text(0)}/locations/{Text(1)}/keyRings/{Text(2)}";
        if (row.Table == Tables.CryptoKey)
            return $"projects/{Text(0)}/locations/{Text(1)}/keyRings/{Text(2)}/cryptoKeys/{Text(3)}";
        if (row.Table == Tables.KeyVersion)
            return $"projects/{Text(0)}/locations/{Text(1)}/keyRings/{Text(2)}/cryptoKeys/{Text(3)}" +
                $"/cryptoKeyVersions/{cells[4].Integer}";
        if (row.Table == Tables.Grant)
            return $"projects/{Text(0)}/locations/{Text(1)}/keyRings/{Text(2)}/cryptoKeys/{Text(3)}/grants/{Text(4)}";
        if (row.Table == Tables.Alias) return $"projects/{Text(0)}/locations/{Text(1)}/aliases/{Text(2)}";
        if (row.Table == Tables.ImportJob)
            return $"projects/{Text(0)}/locations/{Text(1)}/keyRings/{Text(2)}/importJobs/{Text(3)}";
        return $"{row.Table.Name}/{Text(0)}";
    }

    /// <summary>Keys and versions come in one order, so that both are walked once and side by side.</summary>
    private static Snapshot WithKeys(Snapshot snapshot, IEnumerable<Row> keys, IEnumerable<Row> versionRows,
        Dictionary<Names.KeyName, KeyGrants> grants)
    {
        var retired = new List<Row>();
        var ids = new Dictionary<Names.ProjectId, List<KeyEntry>>();
        RingEntry? ring = null;
        var entries = new List<KeyEntry>();
        using var rest = new VersionRun(versionRows);
        foreach (var row in keys)
        {
            var key = Key.Parse(row);
            var versions = rest.Of(row, key.Id);
            if (key.DeleteTime is not null)
            {
                retired.Add(row);
                continue;
            }

            if (ring?.Ring.Name != key.Name.Parent)
            {
                snapshot = With(snapshot, ring, entries);
                ring = snapshot.Find(key.Name.Parent);
                entries.Clear();
            }

            if (ring is null) continue;
            var place = grants.TryGetValue(key.Name, out var own) ? ring.Place with { Grants = own } : ring.Place;
            var entry = new KeyEntry(place, key, versions);
            entries.Add(entry);
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(ids, key.Name.Project, out _);
            (list ??= []).Add(entry);
        }

        snapshot = With(snapshot, ring, entries);
        foreach (var (name, found) in ids)
            if (snapshot.Find(name) is { } project)
                snapshot = snapshot with
                {
                    Projects = snapshot.Projects.With(project with { KeyIds = KeyIds.Of(found) }),
                };
        return snapshot.With(retired);
    }

    private static Snapshot With(Snapshot snapshot, RingEntry? ring, List<KeyEntry> entries)
    {
        if (ring is null || snapshot.Find(ring.Ring.Name.Project) is not { } project) return snapshot;
        var full = ring with { Keys = SortedTable<KeyEntry>.FromSorted(entries) };
        return snapshot with
        {
            Projects = snapshot.Projects.With(
                project with { Rings = project.Rings.With(full) }),
        };
    }

    /// <summary>Lets rows pass whose seal holds, and adds up what it let pass.</summary>
    private sealed class RowCheck(IKeyHierarchy hierarchy)
    {
        public List<Row> Broken { get; } = [];

        public StateSum Sum { get; private set; }

        public IEnumerable<Row> Good(IEnumerable<Row> rows)
        {
            foreach (var row in rows)
            {
                if (!SealHolds(row, hierarchy))
                {
                    Broken.Add(row);
                    continue;
                }

                Sum = Sum.Add(TermOf(row, hierarchy));
                yield return row;
            }
        }
    }

    /// <summary>Gives each key its versions. What belongs to no key is passed over.</summary>
    private sealed class VersionRun : IDisposable
    {
        private readonly IEnumerator<Row> _rows;
        private bool _isOver;

        public VersionRun(IEnumerable<Row> rows)
        {
            _rows = rows.GetEnumerator();
            _isOver = !_rows.MoveNext();
        }

        public KeyVersion[] Of(Row key, Guid id)
        {
            var versions = new List<KeyVersion>(1);
            while (!_isOver && RowOrder.Compare(_rows.Current, key, Tables.CryptoKey.KeyColumns) is <= 0 and var order)
            {
                if (order == 0 && KeyVersion.Parse(_rows.Current, _ => id) is { DeleteTime: null } version)
                    versions.Add(version);
                _isOver = !_rows.MoveNext();
            }

            return [.. versions];
        }

        /// <summary>The rows behind the last key are read too: their seals count like all others'.</summary>
        public void Dispose()
        {
            while (!_isOver) _isOver = !_rows.MoveNext();
            _rows.Dispose();
        }
    }
}

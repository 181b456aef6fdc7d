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
        var broken = new List<Row>();
        var sum = default(StateSum);
        var rows = new List<Row>();
        var keys = new List<Row>();
        var versions = new List<Row>();
        var grants = new List<Row>();
        foreach (var row in state.Rows)
        {
            if (!SealHolds(row, hierarchy))
            {
                broken.Add(row);
                continue;
            }

            sum = sum.Add(TermOf(row, hierarchy));
            if (row.Table == Tables.CryptoKey) keys.Add(row);
            else if (row.Table == Tables.KeyVersion) versions.Add(row);
            else if (row.Table == Tables.Grant) grants.Add(row);
            else rows.Add(row);
        }

        var order = Tables.All.Select((table, index) => (table, index)).ToDictionary(t => t.table, t => t.index);
        rows.Sort((a, b) => order[a.Table].CompareTo(order[b.Table]));
        var snapshot = WithKeys(Snapshot.Empty.With(rows), keys, versions, grants) with
        {
            Seq = state.Counter.Seq, Sum = sum,
        };
        return (snapshot with { Altered = snapshot.Altered.Union(broken.Select(NameOf)) }, broken);
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

    private static Snapshot WithKeys(
        Snapshot snapshot, List<Row> keyRows, List<Row> versionRows, List<Row> grantRows)
    {
        var versions = new Dictionary<Names.KeyName, List<KeyVersion>>();
        var ids = new Dictionary<Names.KeyName, Guid>(keyRows.Count);
        var keys = new List<Key>(keyRows.Count);
        var retired = new List<Row>();
        foreach (var row in keyRows)
        {
            var key = Key.Parse(row);
            if (key.DeleteTime is not null) retired.Add(row);
            else keys.Add(key);
            ids[key.Name] = key.Id;
        }

        foreach (var row in versionRows)
        {
            var version = KeyVersion.Parse(row, name => ids.GetValueOrDefault(name));
            if (version.DeleteTime is not null) continue;
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(versions, version.Name.Parent, out _);
            (list ??= []).Add(version);
        }

        var grants = grantRows.Select(Grant.Parse).GroupBy(g => g.Key).ToDictionary(g => g.Key, KeyGrants.Of);
        var byRing = new Dictionary<Names.KeyRingName, List<KeyEntry>>();
        foreach (var key in keys)
        {
            ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(byRing, key.Name.Parent, out _);
            (list ??= []).Add(new KeyEntry(key, Ordered(versions, key))
            {
                Grants = grants.GetValueOrDefault(key.Name, KeyGrants.None),
            });
        }

        foreach (var (ring, entries) in byRing)
        {
            if (snapshot.Find(ring) is not { } entry || snapshot.Find(ring.Project) is not { } project) continue;
            entries.Sort((a, b) => string.CompareOrdinal(a.Key.Name.Key, b.Key.Name.Key));
            var full = entry with { Keys = SortedTable<KeyEntry>.FromSorted(entries, KeyEntry.NameOf) };
            snapshot = snapshot with
            {
                Projects = snapshot.Projects.With(
                    project with { Rings = project.Rings.With(full, RingEntry.NameOf) }, ProjectEntry.NameOf),
            };
        }

        return WithIds(snapshot, keys).With(retired);
    }

    private static Snapshot WithIds(Snapshot snapshot, List<Key> keys)
    {
        foreach (var group in keys.GroupBy(k => k.Name.Project))
        {
            if (snapshot.Find(group.Key) is not { } project) continue;
            var ids = group.Select(KeyById.Of).OfType<KeyById>().ToList();
            ids.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
            var full = project with { KeysById = SortedTable<KeyById>.FromSorted(ids, KeyById.NameOf) };
            snapshot = snapshot with { Projects = snapshot.Projects.With(full, ProjectEntry.NameOf) };
        }

        return snapshot;
    }

    private static KeyVersion[] Ordered(Dictionary<Names.KeyName, List<KeyVersion>> versions, Key key)
    {
        if (!versions.TryGetValue(key.Name, out var list)) return [];
        list.Sort((a, b) => a.Name.Number.CompareTo(b.Name.Number));
        return [.. list];
    }
}

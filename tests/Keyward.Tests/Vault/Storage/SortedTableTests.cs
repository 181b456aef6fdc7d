using CsCheck;
using Keyward.Vault.Storage;

namespace Keyward.Tests.Vault.Storage;

public sealed class SortedTableTests
{
    private sealed record Item(string Name, int Value) : INamed
    {
        string INamed.TableName => Name;
    }

    [Fact]
    public void Behaves_like_a_sorted_dictionary() => Gen.Int[0, 3_000].Array[0, 4_000].Sample(values =>
    {
        var table = SortedTable<Item>.Empty;
        var model = new SortedDictionary<string, Item>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var item = new Item($"k{value}", value);
            table = table.With(item);
            model[item.Name] = item;
        }

        Assert.Equal(model.Count, table.Count);
        Assert.Equal(model.Values, table.After(null));
        Assert.Equal(model.Values.Where(i => string.CompareOrdinal(i.Name, "k2") > 0), table.After("k2"));
        foreach (var name in (string[])["k0", "k1500", "k2999", "none", ""])
            Assert.Equal(model.GetValueOrDefault(name), table.Find(name));
    }, iter: 30);

    [Fact]
    public void Is_built_from_sorted_entries_and_goes_on_from_there()
    {
        var items = Enumerable.Range(0, 5_000).Select(i => new Item(i.ToString("d5"), i)).ToArray();
        var table = SortedTable<Item>.FromSorted(items);
        Assert.All(items, i => Assert.Same(i, table.Find(i.Name)));
        var grown = table.With(new Item("02500x", 1));
        Assert.Null(table.Find("02500x"));
        Assert.NotNull(grown.Find("02500x"));
        Assert.Equal(5_001, grown.After(null).Count());
    }

    [Fact]
    public void A_state_sum_adds_and_subtracts_in_any_order() => Gen.Byte.Array[32].Array[1, 20].Sample(terms =>
    {
        var sums = terms.Select(t => StateSum.Parse(t)).ToArray();
        var there = sums.Aggregate(default(StateSum), (s, t) => s.Add(t));
        Assert.Equal(there, sums.Reverse().Aggregate(default(StateSum), (s, t) => s.Add(t)));
        Assert.Equal(default, sums.Aggregate(there, (s, t) => s.Subtract(t)));
    });
}

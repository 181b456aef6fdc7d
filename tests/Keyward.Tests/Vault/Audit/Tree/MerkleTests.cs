using System.Globalization;
using System.Text;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Vault.Audit.Tree;

/// <summary>Vectors over the inputs d0…d7 of RFC 6962's reference implementations, and over the numbers as text.</summary>
public sealed class MerkleTests
{
    public static readonly byte[][] Inputs =
    [
        .. ((string[])["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"])
            .Select(Convert.FromHexString),
    ];

    private static readonly string[] Roots =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void Roots_are_those_of_RFC_6962()
    {
        for (var size = 0; size <= Inputs.Length; size++) Assert.Equal(Roots[size], Hex(EdgeOf(Inputs.Take(size)).Root()));
    }

    [Theory]
    [InlineData(255, "Mvhbyqh9e80Fco8J6a66NQumovczgwCH8Fl2goSL5cs=")]
    [InlineData(256, "goUV0DPBnYyQHzfsy4rtkZZncDSG+NL/8c9wQDIcXbE=")]
    [InlineData(257, "HtoEmkNR2G92JSvX7At3Rq11t/oDFq1fVB29pFijEsQ=")]
    [InlineData(70_000, "Gkzfy2Y3SgwNy+9JrL1JdtE+6GT7PLJB/JQ8rQTwL34=")]
    public void Roots_of_large_trees_hold(int size, string root) =>
        Assert.Equal(root, Convert.ToBase64String(EdgeOf(Numbers(size)).Root()));

    [Theory]
    [InlineData(5, 8, "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 3, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")]
    public async Task Inclusion_proofs_are_those_of_the_vectors(long index, int size, params string[] expected)
    {
        var reader = TreeOf(Inputs.Take(size));
        var proof = await reader.InclusionAsync(index, size, default);
        Assert.Equal(expected, proof.Select(Hex));
        Assert.Equal(Roots[size], Hex(TreeProof.RootOf(index, size, Merkle.HashLeaf(Inputs[index]), proof)!));
    }

    [Theory]
    [InlineData(6, 8, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a", "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")]
    [InlineData(2, 5, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e", "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b")]
    [InlineData(4, 4)]
    [InlineData(0, 4)]
    public async Task Consistency_proofs_are_those_of_the_vectors(int oldSize, int size, params string[] expected)
    {
        var reader = TreeOf(Inputs.Take(size));
        var proof = await reader.ConsistencyAsync(oldSize, size, default);
        Assert.Equal(expected, proof.Select(Hex));
    }

    [Fact]
    public async Task Every_proof_of_small_trees_holds_and_none_holds_for_another_leaf_size_or_root()
    {
        for (var size = 1; size <= 40; size++)
        {
            var entries = Numbers(size).ToList();
            var reader = TreeOf(entries);
            var root = EdgeOf(entries).Root();
            for (var index = 0; index < size; index++)
            {
                var proof = await reader.InclusionAsync(index, size, default);
                Assert.Equal(root, TreeProof.RootOf(index, size, Merkle.HashLeaf(entries[index]), proof));
                Assert.NotEqual(root, TreeProof.RootOf(index, size, Merkle.HashLeaf("other"u8), proof));
                if (size > 1) Assert.NotEqual(root, TreeProof.RootOf((index + 1) % size, size, Merkle.HashLeaf(entries[index]), proof));
                Assert.Null(TreeProof.RootOf(index, size, Merkle.HashLeaf(entries[index]), [.. proof, new byte[32]]));
            }

            for (var old = 0; old <= size; old++)
            {
                var oldRoot = EdgeOf(entries.Take(old)).Root();
                var proof = await reader.ConsistencyAsync(old, size, default);
                Assert.True(TreeProof.IsConsistent(old, oldRoot, size, root, proof), $"{old} to {size}");
                if (old is 0 || old == size) continue;
                Assert.False(TreeProof.IsConsistent(old, new byte[32], size, root, proof));
                Assert.False(TreeProof.IsConsistent(old, oldRoot, size, new byte[32], proof));
                Assert.False(TreeProof.IsConsistent(old, oldRoot, size, root, [.. proof, new byte[32]]));
                Assert.False(TreeProof.IsConsistent(old, oldRoot, size, root, proof[..^1]));
            }
        }
    }

    [Fact]
    public async Task Proofs_cross_the_bounds_of_tiles()
    {
        const int size = 70_000;
        var entries = Numbers(size).ToList();
        var reader = TreeOf(entries);
        var root = EdgeOf(entries).Root();
        foreach (var index in (long[])[0, 255, 256, 65_535, 65_536, 69_888, 69_999])
        {
            var proof = await reader.InclusionAsync(index, size, default);
            Assert.Equal(root, TreeProof.RootOf(index, size, Merkle.HashLeaf(entries[(int)index]), proof));
        }

        foreach (var old in (int[])[1, 255, 256, 257, 512, 65_535, 65_536, 65_537, 69_888, 69_999])
        {
            var proof = await reader.ConsistencyAsync(old, size, default);
            Assert.True(TreeProof.IsConsistent(old, EdgeOf(entries.Take(old)).Root(), size, root, proof), $"{old}");
        }
    }

    [Theory]
    [InlineData(0, "000")]
    [InlineData(999, "999")]
    [InlineData(1000, "x001/000")]
    [InlineData(1234067, "x001/x234/067")]
    public void Tile_numbers_stand_in_groups_of_three(long number, string path) => Assert.Equal(path, TilePath.NumberOf(number));

    [Fact]
    public void Tile_paths_are_those_of_the_specification()
    {
        Assert.Equal("tile/0/x001/000.p/7", TilePath.Hashes(0, 1000, 7));
        Assert.Equal("tile/entries/273.p/112", TilePath.Entries(273, TilePath.WidthOf(0, 273, 70_000)));
        Assert.Equal("tile/1/001.p/17", TilePath.Hashes(1, 1, TilePath.WidthOf(1, 1, 70_000)));
        Assert.Equal("tile/2/000.p/1", TilePath.Hashes(2, 0, TilePath.WidthOf(2, 0, 70_000)));
        Assert.Equal(1, TilePath.CountAt(1, 256));
        Assert.Equal(0, TilePath.CountAt(1, 255));
    }

    internal static IEnumerable<byte[]> Numbers(int count) =>
        Enumerable.Range(0, count).Select(i => Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture)));

    internal static RightEdge EdgeOf(IEnumerable<byte[]> entries)
    {
        var edge = new RightEdge();
        foreach (var entry in entries) edge.Add(Merkle.HashLeaf(entry), (_, _, _) => { });
        return edge;
    }

    private static TreeReader TreeOf(IEnumerable<byte[]> entries)
    {
        var files = new MemoryTree();
        using var key = LogKey.Of("test/log");
        TreeWriter.Open(files, "test/log", [key.Key], (_, _, _) => true)
            .Extend(entries.Select(e => (ReadOnlyMemory<byte>)e), [key]);
        return new TreeReader(files);
    }

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

using Keyward.Keystores.Software;
using Keyward.Vault.Algorithms;

namespace Keyward.Tests.Keystores;

public sealed class DerivedMaterialTests
{
    public static TheoryData<string> Algorithms =>
        [.. AlgorithmTable.Rows.Where(DerivedMaterial.IsOffered).Select(r => r.Algorithm.ToString())];

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void It_is_good_material_and_follows_from_text_and_name(string algorithm)
    {
        var row = AlgorithmTable.Of(Enum.Parse<Algorithm>(algorithm));
        using var keys = new VaultKeys();
        var (first, other) = (DerivedMaterial.Of(row, "text", "a"), DerivedMaterial.Of(row, "text", "b"));
        Assert.NotEqual(first, other);
        Assert.Equal(first, DerivedMaterial.Of(row, "text", "a"));
        var imported = keys.Imported(row.Algorithm, first);
        if (row.HasPublicKey)
            Assert.Equal(keys.Keystore.PublicKey(imported).ToArray(),
                keys.Keystore.PublicKey(keys.Imported(row.Algorithm, DerivedMaterial.Of(row, "text", "a"))).ToArray());
    }

    [Fact]
    public void RSA_and_SLH_DSA_are_given_instead() => Assert.All(
        AlgorithmTable.Rows.Where(r => !DerivedMaterial.IsOffered(r)),
        r => Assert.Contains(r.Material, (MaterialKind[])[MaterialKind.Rsa, MaterialKind.SlhDsaSha2Of128s]));
}

using System.Diagnostics.CodeAnalysis;
using Keyward.Vault.Algorithms;

namespace Keyward.Vault.Keystores;

/// <summary>Material that was generated or unwrapped and is not yet bound to a name. Dispose zeroes it.</summary>
internal interface IFreshMaterial : IDisposable
{
    Algorithm Algorithm { get; }
}

/// <summary>What came of an import: fresh material, or why there is none. The reason is one sentence without anything
/// of the material, fit to be stored and shown.</summary>
internal readonly record struct Imported
{
    private Imported(IFreshMaterial? material, string? whyNot) => (Material, WhyNot) = (material, whyNot);

    public IFreshMaterial? Material { get; }

    public string? WhyNot { get; }

    public static Imported Of(IFreshMaterial material) => new(material, null);

    public static Imported Refused(string whyNot) => new(null, whyNot);

    public bool TryGet(
        [NotNullWhen(true)] out IFreshMaterial? material, [NotNullWhen(false)] out string? whyNot)
    {
        (material, whyNot) = (Material, WhyNot);
        return material is not null;
    }
}

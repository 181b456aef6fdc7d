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
    private Imported(IFreshMaterial? material, string? whyNot, bool isOpened) =>
        (Material, WhyNot, IsOpened) = (material, whyNot, isOpened);

    public IFreshMaterial? Material { get; }

    public string? WhyNot { get; }

    /// <summary>Whether what was wrapped was opened, fit or not.</summary>
    public bool IsOpened { get; }

    public static Imported Of(IFreshMaterial material) => new(material, null, isOpened: true);

    public static Imported Refused(string whyNot) => new(null, whyNot, isOpened: true);

    public static Imported NotOpened(string whyNot) => new(null, whyNot, isOpened: false);

    public bool TryGet(
        [NotNullWhen(true)] out IFreshMaterial? material, [NotNullWhen(false)] out string? whyNot)
    {
        (material, whyNot) = (Material, WhyNot);
        return material is not null;
    }
}

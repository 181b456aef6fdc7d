using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Algorithms that are easily misused demand a right of their own beside that to make or use a key: encryption
/// that authenticates nothing, and RSA padding around anything (Cloud KMS, "Raw symmetric encryption", and the roles
/// expertRaw…).</summary>
internal static class Expertise
{
    /// <summary>Why the caller may not use this version's algorithm; null if he may.</summary>
    public static Refusal? Judge(Passage passage, Algorithm algorithm, VersionName version) =>
        Judge(passage, RightFor(algorithm) is { } right ? Demand.On(right, version) : null);

    /// <summary>The same for a key that is to be made in a ring.</summary>
    public static Refusal? Judge(Passage passage, Algorithm algorithm, KeyRingName ring) =>
        Judge(passage, RightFor(algorithm) is { } right ? Demand.On(right, ring) : null);

    /// <summary>The same for a version that is to be made under a key.</summary>
    public static Refusal? Judge(Passage passage, Algorithm algorithm, KeyName key) =>
        Judge(passage, RightFor(algorithm) is { } right ? Demand.On(right, key) : null);

    private static Permission? RightFor(Algorithm algorithm) => AlgorithmTable.Of(algorithm).Scheme switch
    {
        Scheme.AesCbc => Permission.VersionsManageRawAesCbcKeys,
        Scheme.AesCtr => Permission.VersionsManageRawAesCtrKeys,
        Scheme.RsaPkcs1Raw => Permission.VersionsManageRawPkcs1Keys,
        _ => null,
    };

    private static Refusal? Judge(Passage passage, Demand? demand)
    {
        if (demand is not { } asked || passage.May(asked)) return null;
        passage.Record.Allowed = false;
        passage.Record.Permission = asked.Permission.Name();
        return Authority.Refuse(asked);
    }
}

using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Vault.Grants;

/// <summary>The refusals of operations on grants.</summary>
internal static class GrantRefusals
{
    public static readonly Refusal NoOperations = Invalid("A grant names at least one operation.");

    public static readonly Refusal Unfit = Invalid("A grant names only operations that its key can do.");

    public static readonly Refusal BadConstraint = Invalid(
        $"A constraint has at most {GrantConstraint.MaximumPairs} pairs, whose values have at most " +
        $"{GrantConstraint.MaximumValuesLength} characters in all, and is for symmetric encryption keys only.");

    public static readonly Refusal BadName = Invalid("A grant's name has 1 to 256 characters.");

    public static readonly Refusal BadExpiry = Invalid("A grant counts for some time, ten years at most.");

    public static readonly Refusal BadUses = Invalid(
        $"The number of a grant's uses lies between 1 and {CreateGrant.MaximumUsesLimit}.");

    public static readonly Refusal BadId = new(
        RefusalReason.InvalidArgument, "A grant's id has 64 lower-case hex digits.");

    public static readonly Refusal OneForm = Invalid(
        "A grant is retired either by its token, or by its key and its id.");

    public static readonly Refusal UsedUp = new(RefusalReason.PermissionDenied,
        "The grant that allowed this has been used as often as it may be.");

    public static Refusal NoPrincipal(string name) => new(RefusalReason.InvalidPrincipal,
        $"There is no principal {name}.", name);

    public static Refusal NotFound(KeyName key, string id) => new(RefusalReason.NotFound,
        $"Grant {id} was not found on {key}.", $"{key}/grants/{id}");

    public static Refusal TooMany(KeyName key) => new(RefusalReason.QuotaExceeded,
        $"A key has at most {CreateGrant.MaximumGrants} grants.", key.ToString());

    public static bool IsId(string id)
    {
        if (id.Length != 64) return false;
        foreach (var c in id)
            if (!char.IsAsciiHexDigitLower(c)) return false;
        return true;
    }

    private static Refusal Invalid(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}

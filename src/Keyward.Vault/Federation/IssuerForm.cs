using System.Text;
using Keyward.Vault.Gate;

namespace Keyward.Vault.Federation;

/// <summary>What an issuer must look like to be added: judged whole, before anything is stored or fetched.</summary>
internal static class IssuerForm
{
    private const int MaximumUriLength = 512;
    private const int MaximumList = 16;
    private const int MaximumTextLength = 256;

    /// <summary>What says nothing about who somebody is cannot make an issuer of everybody safe.</summary>
    private static readonly string[] Formal = ["iss", "aud", "azp", "exp", "iat", "nbf", "jti", "email_verified"];

    public static Refusal? Judge(string id, string uri, IssuerRules rules, bool isShared)
    {
        // Google's rule for pools and providers, without its reserved prefix.
        if (id.Length is < 3 or > 32 || !char.IsAsciiLetterLower(id[0]) || id[^1] == '-'
            || id.AsSpan().ContainsAnyExcept(IdLetters))
            return Bad("An issuer's id has 3 to 32 lower-case letters, digits and hyphens and begins with a letter.");
        if (!IsPlainHttps(uri)) return Bad("The issuer is an https address without user, query or fragment.");
        if (rules.KeysUri is { } keysUri && !IsPlainHttps(keysUri))
            return Bad("The keys' address is an https address without user, query or fragment.");
        if (rules is { KeysUri: not null, Keys: not null })
            return Bad("Keys are either given or fetched, not both.");
        if (rules.Keys is { } keys && KeySet.TryParse(Encoding.UTF8.GetBytes(keys)) is null)
            return Bad("The keys are not a JSON Web Key Set with public RSA or EC keys, 1 to 32, in 256 KiB.");
        if (rules.Algorithms.Count == 0 || !rules.Algorithms.All(a => IssuerAlgorithm.Find(a) is not null))
            return Bad("The algorithms are some of " + string.Join(", ", IssuerAlgorithm.All.Select(a => a.Name)) +
                ".");
        if (rules.Audiences.Count > MaximumList || !rules.Audiences.All(IsText))
            return Bad($"There are at most {MaximumList} audiences, each a text of at most 256 characters.");
        return JudgeAttributes(rules) ?? JudgeClaims(rules, isShared || SharedIssuers.Includes(uri));
    }

    private static readonly System.Buffers.SearchValues<char> IdLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    private static readonly System.Buffers.SearchValues<char> AttributeLetters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_");

    private static Refusal? JudgeAttributes(IssuerRules rules)
    {
        if (rules.Attributes.Count > MaximumList) return Bad($"There are at most {MaximumList} attributes.");
        foreach (var (name, claim) in rules.Attributes)
            if (name.Length is 0 or > 100 || name.AsSpan().ContainsAnyExcept(AttributeLetters) || !IsText(claim))
                return Bad("An attribute is NAME=CLAIM, the name of lower-case letters, digits and underscores.");
        return null;
    }

    private static Refusal? JudgeClaims(IssuerRules rules, bool isShared)
    {
        if (rules.Claims.Count > MaximumList) return Bad($"There are at most {MaximumList} conditions.");
        foreach (var (claim, values) in rules.Claims)
        {
            if (Formal.Contains(claim)) return Bad($"A condition on \"{claim}\" tells nobody apart.");
            if (!IsText(claim) || values.Count is 0 or > 100 || !values.All(IsText))
                return Bad("A condition is CLAIM=VALUE, with at most 100 values a claim.");
        }

        return isShared && rules.Claims.Count == 0
            ? Bad("This issuer vouches for everybody who has an account there: add a condition on a claim that is " +
                "yours alone, such as repository_owner.")
            : null;
    }

    private static bool IsText(string text) =>
        text.Length is > 0 and <= MaximumTextLength && !text.Any(char.IsControl);

    private static bool IsPlainHttps(string text) => text.Length <= MaximumUriLength
        && Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
        && uri.UserInfo.Length == 0 && uri.Query.Length == 0 && uri.Fragment.Length == 0
        && !text.Contains('?', StringComparison.Ordinal) && !text.Contains('#', StringComparison.Ordinal)
        && !text.Any(char.IsWhiteSpace);

    private static Refusal Bad(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}

using System.Text.Json;
using Keyward.Vault.Identities;

namespace Keyward.Vault.Policies.Documents;

/// <summary>Whom a statement of a key policy names. An allow for an account only hands the decision on to it; a deny
/// for one is a deny for everybody in it. Services, and principals of other identity providers than ours, are nobody
/// here.</summary>
internal static class PrincipalReader
{
    public static Principals Read(JsonProperty element, Effect effect, List<string> named)
    {
        var members = new List<string>();
        var accounts = new List<string>();
        foreach (var (kind, name) in Names(element.Value))
            switch (kind)
            {
                case "AWS" when name == "*":
                    members.Add(Principals.AllUsers);
                    break;
                case "AWS" when PrincipalName.AccountIn(name) is { } account:
                    named.Add(name);
                    accounts.Add(account);
                    break;
                case "AWS" when PrincipalName.IsArn(name):
                    named.Add(name);
                    members.Add(name);
                    break;
                case "AWS":
                    throw StatementReader.Malformed("Policy contains a statement with one or more invalid principals.");
                case "Service" or "Federated" or "CanonicalUser":
                    break;
                default:
                    throw StatementReader.Malformed("Policy Statement has an unknown kind of principal");
            }

        if (element.Name == "NotPrincipal")
            // An account that is left out leaves nobody out by itself: IAM wants the principal named too.
            return new Principals([Principals.AllUsers]) { Except = new Principals(members) };
        return effect == Effect.Deny
            ? new Principals([.. members, .. accounts.Select(PrincipalName.RootOf)])
            : new Principals(members) { Accounts = [.. accounts] };
    }

    private static IEnumerable<(string Kind, string Name)> Names(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String && json.GetString() == "*") return [("AWS", "*")];
        if (json.ValueKind != JsonValueKind.Object || !json.EnumerateObject().Any())
            throw StatementReader.Malformed("Policy Statement has an invalid Principal");
        return json.EnumerateObject().SelectMany(
            p => StatementReader.Texts(p.Value, "Principal").Select(name => (p.Name, name)));
    }
}

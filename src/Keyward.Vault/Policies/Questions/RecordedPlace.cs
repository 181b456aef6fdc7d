using Keyward.Vault.Identities;
using Keyward.Vault.Names;

namespace Keyward.Vault.Policies.Questions;

/// <summary>Where the right of a recorded call had to be held. A record names what the call was about, and that is not
/// always the place: who makes or lists things needs the right on what they lie in, accounts are the project's, and
/// much of the deployment has no policy of its own.</summary>
internal static class RecordedPlace
{
    private const string Accounts = "serviceAccounts/";

    /// <param name="isOfKey">The key's right, though the record names the version that then served.</param>
    /// <returns>Null for an alias: the right on it is held on its key, which the record does not name.</returns>
    public static (Demand Demand, PolicyTarget Target)? Of(Permission permission, string resource, bool isOfKey)
    {
        if (resource.Contains("/aliases/", StringComparison.Ordinal)) return null;
        var place = AroundOf(permission.Name(), resource);
        if (permission != Permission.AuditRead && AskedResource.TryParse(place, out var asked))
            return (isOfKey ? asked.Target.For(permission) : asked.For(permission), asked.Target);
        return place.Length > 0 && TargetOf(resource).InProject is { } project
            ? (Demand.On(permission, project, resource), PolicyTarget.Of(project))
            : (Demand.OnDeployment(permission, resource), PolicyTarget.Deployment);
    }

    /// <summary>Where a binding would have to stand that gives a right on a thing.</summary>
    public static PolicyTarget TargetOf(string resource)
    {
        if (AskedResource.TryParse(resource, out var asked)) return asked.Target;
        var project = resource.StartsWith(Accounts, StringComparison.Ordinal)
            ? AccountDemand.ProjectOf(resource[Accounts.Length..])
            : ProjectOf(resource);
        return project is { } one ? PolicyTarget.Of(one) : PolicyTarget.Deployment;
    }

    /// <summary>What a thing lies in, for rights to make and to list such things; else the name as it is.</summary>
    private static string AroundOf(string permission, string resource)
    {
        if (permission.Split('.') is not [.., var collection, "create" or "list"]) return resource;
        var at = resource.LastIndexOf("/" + collection, StringComparison.Ordinal);
        if (at < 0) return resource.StartsWith(collection + "/", StringComparison.Ordinal) ? "" : resource;
        var rest = resource[(at + 1 + collection.Length)..];
        return rest.Length == 0 || (rest[0] == '/' && !rest[1..].Contains('/', StringComparison.Ordinal))
            ? resource[..at] : resource;
    }

    private static ProjectId? ProjectOf(string resource) =>
        resource.Split('/') is ["projects", var id, ..] && ProjectId.TryParse(id, out var project) ? project : null;
}

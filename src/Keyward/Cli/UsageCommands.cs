using System.CommandLine;
using System.Text.Json.Nodes;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>First and last use of versions and who uses them: the logs of all living nodes together.</summary>
internal static class UsageCommands
{
    public static Command BuildKey(Argument<string> key, params Option[] options) => Commands.Make("usage",
        "Show when each version was first and last used, and by whom, as the audit log has it.",
        ["keyward key usage orders --keyring shop"], "aws kms get-key-last-usage; gcloud recommender insights list",
        async s => Show(s, await AllAsync(s, Names.KeyOf(s, s.Get(key))).ConfigureAwait(false)), [key, .. options]);

    public static Command BuildVersion(Argument<string> version, params Option[] options) => Commands.Make("usage",
        "Show when a version was first and last used, and by whom, as the audit log has it.",
        ["keyward version usage 1 --key orders --keyring shop"], null,
        async s => Show(s, await AllAsync(s, Names.VersionOf(s, s.Get(version))).ConfigureAwait(false)),
        [version, .. options]);

    /// <summary>What all nodes know; the first and the last of a version's uses may be at different ones.</summary>
    public static async Task<Usage> AllAsync(Session session, string name)
    {
        var request = new GetUsageRequest { Name = name };
        Usage? all = null;
        await foreach (var node in NodeConnections.AllAsync(session).ConfigureAwait(false))
        {
            var one = await node.Audit.GetUsageAsync(request, cancellationToken: session.Cancellation);
            if (all is null) all = one;
            else Merge(all, one);
        }

        return all!;
    }

    internal static void Merge(Usage all, Usage other)
    {
        all.LagEntries += other.LagEntries;
        // What one node's log does not know, nobody knows.
        if (other.Since is not null && (all.Since is null || other.Since.CompareTo(all.Since) > 0))
            all.Since = other.Since;
        foreach (var use in other.Versions)
        {
            if (all.Versions.FirstOrDefault(v => v.Version == use.Version) is { } known) Merge(known, use);
            else all.Versions.Add(use);
        }
    }

    private static void Merge(VersionUse known, VersionUse other)
    {
        known.Uses += other.Uses;
        known.OtherPrincipals += other.OtherPrincipals;
        if (other.FirstUseTime.CompareTo(known.FirstUseTime) < 0) known.FirstUseTime = other.FirstUseTime;
        if (other.LastUseTime.CompareTo(known.LastUseTime) > 0) known.LastUseTime = other.LastUseTime;
        foreach (var principal in other.Principals)
        {
            if (known.Principals.FirstOrDefault(p => p.Principal == principal.Principal) is not { } same)
            {
                known.Principals.Add(principal);
                continue;
            }

            same.Uses += principal.Uses;
            if (principal.FirstUseTime.CompareTo(same.FirstUseTime) < 0) same.FirstUseTime = principal.FirstUseTime;
            if (principal.LastUseTime.CompareTo(same.LastUseTime) > 0) same.LastUseTime = principal.LastUseTime;
            foreach (var operation in principal.Operations.Except(same.Operations).ToList())
                same.Operations.Add(operation);
        }
    }

    private static void Show(Session session, Usage usage)
    {
        if (usage.LagEntries > 0)
            session.Note($"{usage.LagEntries} records of the log are not in this yet.");
        if (!session.Output.IsTable)
        {
            session.Output.Write(usage);
            return;
        }

        if (usage.Since is not null) session.Note($"The log begins at {usage.Since.ToDateTimeOffset():u}.");
        session.Output.WriteList(
            Rows(usage), "", "version", "principal", "uses", "firstUseTime", "lastUseTime", "operations");
    }

    /// <summary>A row for each version and principal; those that are beyond what is kept by name have one
    /// together.</summary>
    internal static IEnumerable<JsonObject> Rows(Usage usage) =>
        from version in usage.Versions
        from row in version.Principals.Select(p => Row(version, p)).Concat(Rest(version))
        select row;

    private static JsonObject Row(VersionUse version, PrincipalUse use)
    {
        var json = Output.Json(use);
        json["version"] = Number(version);
        json["operations"] = string.Join(',', use.Operations);
        return json;
    }

    private static IEnumerable<JsonObject> Rest(VersionUse version)
    {
        if (version.OtherPrincipals > 0)
            yield return new JsonObject
            {
                ["version"] = Number(version), ["principal"] = $"({version.OtherPrincipals} others)",
                ["uses"] = version.Uses - version.Principals.Sum(p => p.Uses),
            };
    }

    private static string Number(VersionUse version) => version.Version[(version.Version.LastIndexOf('/') + 1)..];
}

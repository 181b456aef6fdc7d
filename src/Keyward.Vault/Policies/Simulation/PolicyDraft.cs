using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Policies.Documents;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Policies.Simulation;

/// <summary>A policy that somebody thinks of, in either vendor's language, and the state in which it would
/// stand.</summary>
public sealed class PolicyDraft
{
    private readonly Func<Snapshot, Outcome<Snapshot>> _put;

    private PolicyDraft(string name, ProjectId? project, Demand toRead, Func<Snapshot, Outcome<Snapshot>> put) =>
        (Name, Project, ToRead, _put) = (name, project, toRead, put);

    /// <summary>What it stands on.</summary>
    public string Name { get; }

    public ProjectId? Project { get; }

    internal Demand ToRead { get; }

    /// <summary>Which calls it can bear upon.</summary>
    internal RecordFilter Filter { get; private init; } = new();

    internal Outcome<Snapshot> In(Snapshot snapshot) => _put(snapshot);

    /// <summary>Other bindings on a project, a key ring, a key or the deployment.</summary>
    /// <returns>Null for what has no bindings of its own.</returns>
    public static PolicyDraft? OfBindings(PolicyTarget target, IReadOnlyList<Binding> bindings)
    {
        if (target.Job is not null) return null;
        return new PolicyDraft(target.FullName, target.InProject, target.ToRead,
            snapshot => PolicyRules.Judge(bindings) is { } refusal ? refusal : Put(snapshot, target, bindings))
        {
            Filter = new RecordFilter
            {
                Key = target.Key?.ToString() ?? target.Ring?.ToString(), Project = target.InProject?.Value,
            },
        };
    }

    /// <summary>Another document of a key's own.</summary>
    public static PolicyDraft OfKeyDocument(KeyName key, string document)
    {
        var target = PolicyTarget.Of(key);
        return new PolicyDraft(target.FullName, key.Project, target.ToRead, snapshot =>
        {
            if (snapshot.Find(key) is not { } entry) return NotFound(target);
            return PuttingDocument.Compile(snapshot, document, DocumentKind.Key).TryGet(out _, out var refusal)
                ? snapshot.Replace(entry.Key with { Policy = entry.Key.Policy.Next(new KeyPolicy(document)) })
                : refusal;
        })
        {
            Filter = new RecordFilter { Key = key.ToString(), Project = key.Project.Value },
        };
    }

    /// <summary>Another document of that name on an account; null for taking it away.</summary>
    public static PolicyDraft OfIdentity(string email, string name, string? document) =>
        new(AccountDemand.NameOf(email), AccountDemand.ProjectOf(email),
            AccountDemand.On(Permission.PrincipalsGetPolicy, email), snapshot =>
            {
                if (!snapshot.Accounts.TryGetValue(email, out var account)) return AccountRefusals.NotFound(email);
                if (document is not null && !PuttingDocument.Compile(snapshot, document, DocumentKind.Identity)
                    .TryGet(out _, out var refusal)) return refusal;
                return snapshot.Replace(account with { Policies = account.Policies.With(name, document) });
            })
        {
            Filter = new RecordFilter { Principal = email },
        };

    private static Outcome<Snapshot> Put(Snapshot snapshot, PolicyTarget target, IReadOnlyList<Binding> bindings)
    {
        foreach (var role in bindings.Select(b => b.Role).Distinct())
            if (PolicyRules.JudgeRole(snapshot, role, target.InProject) is { } refusal) return refusal;
        if (target.Find(snapshot) is not { } old) return NotFound(target);
        var policy = old.Next(new Policy(bindings, old.Policy.AuditConfigs));
        return target switch
        {
            { Key: { } key } => snapshot.Replace(snapshot.Find(key)!.Key with { Policy = policy }),
            { Ring: { } ring } => snapshot.Replace(snapshot.Find(ring)!.Ring with { Policy = policy }),
            { Project: { } project } => snapshot.Replace(snapshot.Find(project)!.Project with { Policy = policy }),
            _ => snapshot with { DeploymentPolicy = policy },
        };
    }

    private static Refusal NotFound(PolicyTarget target) =>
        new(RefusalReason.NotFound, $"{target.FullName} not found.", target.FullName);
}

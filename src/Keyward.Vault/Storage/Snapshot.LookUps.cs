using System.Collections.Immutable;
using Keyward.Vault.Gate;
using Keyward.Vault.Imports;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Storage;

/// <content>What is found in a snapshot by its name.</content>
internal sealed partial record Snapshot
{
    /// <summary>All living keys of all projects.</summary>
    public IEnumerable<KeyEntry> Keys =>
        from project in Projects.After(null)
        from ring in project.Rings.After(null)
        from key in ring.Keys.After(null)
        select key;

    /// <summary>Those with which the server itself may have something to do by now: a rotation, an end, material to be
    /// made. Which of them, the key says.</summary>
    public IEnumerable<KeyEntry> DueKeys(DateTimeOffset now)
    {
        var micros = Micros.Of(now);
        return Keys.Where(k => k.Due <= micros);
    }

    public ProjectEntry? Find(ProjectId project) => Projects.Find(project.Value);

    public RingEntry? Find(KeyRingName ring) =>
        Find(ring.Project)?.Find(ring);

    public KeyEntry? Find(KeyName key) => Find(key.Parent)?.Keys.Find(key.Key);

    public Alias? Find(AliasName alias) => Find(alias.Parent.Project)?.Aliases.Find(Alias.NameIn(alias));

    public ImportJob? Find(ImportJobName job) => Find(job.Parent)?.ImportJobs.Find(job.Job);

    public KeyVersion? Find(VersionName version) => Find(version.Parent)?.Find(version.Number);

    /// <summary>The groups that a caller is in by any of its names.</summary>
    public ImmutableArray<string> GroupsOf(Caller caller)
    {
        if (GroupsByMember.IsEmpty) return [];
        var groups = GroupsByMember.GetValueOrDefault(caller.Member, []);
        foreach (var member in caller.MoreMembers)
            if (GroupsByMember.TryGetValue(member, out var more)) groups = groups.AddRange(more);
        return groups;
    }

    /// <summary>What a custom role confers; nothing where there is none.</summary>
    public PermissionMask MaskOf(string customRole) =>
        CustomRoles.TryGetValue(customRole, out var role) ? role.Mask : PermissionMask.None;

    /// <summary>The statements of the caller's own policies.</summary>
    public IReadOnlyList<Statement> StatementsOf(Caller caller) =>
        Accounts.TryGetValue(caller.Email, out var account) ? account.Policies.Statements : [];
}

using System.Collections.Immutable;
using Keyward.Vault.Audit.Keeping;
using Keyward.Vault.Federation;
using Keyward.Vault.Gate;
using Keyward.Vault.Grants;
using Keyward.Vault.Groups;
using Keyward.Vault.Identities;
using Keyward.Vault.Imports;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.CustomRoles;
using Keyward.Vault.Policies.Revisions;
using Keyward.Vault.Projects;
using Keyward.Vault.Quotas;

namespace Keyward.Vault.Storage;

/// <summary>All that a node knows of rights and keys, as of one change. Immutable: a request reads the reference once
/// and sees no half of a change; the next snapshot is built aside and swapped in by one write.</summary>
internal sealed partial record Snapshot
{
    public static readonly Snapshot Empty = new();

    public long Seq { get; init; }

    public StateSum Sum { get; init; }

    public Deployment? Deployment { get; init; }

    public PolicyState DeploymentPolicy { get; init; } = PolicyState.None;

    public long DeploymentPolicySeq { get; init; }

    public SortedTable<ProjectEntry> Projects { get; init; } = SortedTable<ProjectEntry>.Empty;

    public ImmutableDictionary<string, ServiceAccount> Accounts { get; init; } =
        ImmutableDictionary.Create<string, ServiceAccount>(StringComparer.Ordinal);

    public ImmutableDictionary<string, Credential> Credentials { get; init; } =
        ImmutableDictionary.Create<string, Credential>(StringComparer.Ordinal);

    /// <summary>Whether some account was ever known by a client certificate.</summary>
    public bool HasCertificates { get; private init; }

    /// <summary>Key files' ids by account, for tokens that name no key.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> CredentialsOf { get; init; } =
        ImmutableDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal);

    /// <summary>Issuers by id, removed ones included.</summary>
    public ImmutableDictionary<string, Issuer> Issuers { get; init; } =
        ImmutableDictionary.Create<string, Issuer>(StringComparer.Ordinal);

    /// <summary>Limits that were set; null at most resources.</summary>
    public QuotaTable Quotas { get; init; } = QuotaTable.Empty;

    /// <summary>When credentials were last used, as far as it was written down.</summary>
    public ImmutableDictionary<string, CredentialUse> CredentialUses { get; init; } =
        ImmutableDictionary.Create<string, CredentialUse>(StringComparer.Ordinal);

    public ImmutableDictionary<string, SealedKeyRow> SealedKeys { get; init; } =
        ImmutableDictionary.Create<string, SealedKeyRow>(StringComparer.Ordinal);

    /// <summary>What rules the logs' records, and which logs of others are witnessed.</summary>
    public AuditKeeping AuditKeeping { get; init; } = AuditKeeping.Empty;

    public ImmutableDictionary<string, CustomRole> CustomRoles { get; init; } =
        ImmutableDictionary.Create<string, CustomRole>(StringComparer.Ordinal);

    public ImmutableDictionary<string, PrincipalGroup> Groups { get; init; } =
        ImmutableDictionary.Create<string, PrincipalGroup>(StringComparer.Ordinal);

    /// <summary>The active groups that name a member, as members.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> GroupsByMember { get; init; } =
        ImmutableDictionary.Create<string, ImmutableArray<string>>(StringComparer.Ordinal);

    /// <summary>Revisions by subject, in order.</summary>
    public ImmutableDictionary<string, ImmutableList<Revision>> Revisions { get; init; } =
        ImmutableDictionary.Create<string, ImmutableList<Revision>>(StringComparer.Ordinal);

    /// <summary>Full names of rows whose seal does not hold: what they speak of, and all below it, is
    /// refused.</summary>
    public ImmutableHashSet<string> Altered { get; init; } = ImmutableHashSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The last change that emptied a row's material.</summary>
    public long ErasureSeq { get; init; }

    /// <summary>The snapshot after these rows. A row whose owner is missing stays out: nothing hangs in the
    /// air.</summary>
    public Snapshot With(IReadOnlyList<Row> rows)
    {
        var snapshot = this;
        foreach (var row in rows) snapshot = snapshot.With(row);
        return rows.Any(Erasure.IsErased) ? snapshot with { ErasureSeq = rows.Max(r => r.Seq) } : snapshot;
    }

    /// <summary>The same state with one thing in another form, for looking back.</summary>
    public Snapshot Replace(Project project) => WithProject(project);

    public Snapshot Replace(KeyRing ring) => WithRing(ring);

    public Snapshot Replace(Key key) => WithKey(key);

    public Snapshot Replace(PrincipalGroup group) => WithGroup(group);

    public Snapshot Replace(ServiceAccount account) =>
        this with { Accounts = Accounts.SetItem(account.Email, account) };

    private Snapshot With(Row row)
    {
        if (row.Table == Tables.KeyVersion) return WithVersion(KeyVersion.Parse(row, IdOf));
        if (row.Table == Tables.CryptoKey) return WithKey(Key.Parse(row));
        if (row.Table == Tables.Grant) return WithGrant(Grant.Parse(row));
        if (row.Table == Tables.Alias) return WithAlias(Alias.Parse(row));
        if (row.Table == Tables.KeyRing) return WithRing(KeyRing.Parse(row));
        if (row.Table == Tables.ImportJob) return WithImportJob(ImportJob.Parse(row));
        if (row.Table == Tables.Project) return WithProject(Project.Parse(row));
        if (row.Table == Tables.Principal) return WithAccount(ServiceAccount.Parse(row));
        if (row.Table == Tables.Credential) return WithCredential(Credential.Parse(row));
        if (row.Table == Tables.Issuer) return With(Issuer.Parse(row));
        if (row.Table == Tables.Quota) return this with { Quotas = Quotas.With(QuotaLimit.Parse(row)) };
        if (row.Table == Tables.CredentialUse) return WithUse(row);
        if (row.Table == Tables.SealedKey) return WithSealedKey(SealedKeyRow.Parse(row));
        if (row.Table == Tables.CustomRole) return WithRole(CustomRole.Parse(row));
        if (row.Table == Tables.PrincipalGroup) return WithGroup(PrincipalGroup.Parse(row));
        if (row.Table == Tables.Revision) return WithRevision(Revision.Parse(row));
        if (AuditKeeping.Rules(row.Table)) return this with { AuditKeeping = AuditKeeping.With(row) };
        if (row.Table == Tables.Deployment) return this with { Deployment = Deployment.Parse(row) };
        if (row.Table == Tables.DeploymentPolicy)
            return this with
            {
                DeploymentPolicy = PolicyState.Parse(row.Cells[1].Text, row.Cells[2].Integer ?? 0),
                DeploymentPolicySeq = row.Seq,
            };
        throw new FormatException($"The snapshot knows no table {row.Table.Name}.");
    }

    private Guid IdOf(KeyName key) => Find(key)?.Uuid ?? Guid.Empty;

    private Snapshot WithProject(Project project)
    {
        var entry = Find(project.Id) is { } old
            ? old with { Project = project }
            : new ProjectEntry(project, SortedTable<RingEntry>.Empty, KeyIds.Empty, SortedTable<Alias>.Empty);
        return this with { Projects = Projects.With(entry) };
    }

    private Snapshot WithRing(KeyRing ring)
    {
        if (Find(ring.Name.Project) is not { } project) return this;
        var entry = Find(ring.Name) is { } old
            ? old with { Ring = ring }
            : new RingEntry(ring, SortedTable<KeyEntry>.Empty);
        return With(project, entry);
    }

    private Snapshot WithKey(Key key)
    {
        if (Find(key.Name.Project) is not { } project || Find(key.Name.Parent) is not { } ring) return this;
        var old = ring.Keys.Find(key.Name.Key);
        if (key.DeleteTime is null) return With(project, ring, old?.With(key) ?? new KeyEntry(ring.Place, key, []));
        return With(old is null ? project : project with { KeyIds = project.KeyIds.Without(old) }, ring with
        {
            Keys = ring.Keys.Without(key.Name.Key), Retired = ring.Retired.With(key),
        });
    }

    private Snapshot WithAlias(Alias alias)
    {
        if (Find(alias.Name.Parent.Project) is not { } project) return this;
        return this with
        {
            Projects = Projects.With(
                project with { Aliases = project.Aliases.With(alias) }),
        };
    }

    private Snapshot WithVersion(KeyVersion version)
    {
        var name = version.Name.Parent;
        if (Find(name.Project) is not { } project || Find(name.Parent) is not { } ring
            || ring.Keys.Find(name.Key) is not { } key) return this;
        return With(project, ring, key.With(version));
    }

    private Snapshot WithGrant(Grant grant)
    {
        if (Find(grant.Key.Project) is not { } project || Find(grant.Key.Parent) is not { } ring
            || ring.Keys.Find(grant.Key.Key) is not { } key) return this;
        return With(project, ring, key.With(key.Grants.With(grant)));
    }

    private Snapshot WithImportJob(ImportJob job) =>
        Find(job.Name.Project) is { } project && Find(job.Name.Parent) is { } ring
            ? With(project, ring with { ImportJobs = ring.ImportJobs.With(job) })
            : this;

    private Snapshot With(ProjectEntry project, RingEntry ring, KeyEntry key) =>
        With(project with { KeyIds = project.KeyIds.With(key) }, ring with { Keys = ring.Keys.With(key) });

    private Snapshot With(ProjectEntry project, RingEntry ring) => this with
    {
        Projects = Projects.With(project with { Rings = project.Rings.With(ring) }),
    };

    private Snapshot WithAccount(ServiceAccount account) =>
        this with { Accounts = Accounts.SetItem(account.Email, account) };

    private Snapshot WithCredential(Credential credential)
    {
        var known = CredentialsOf.GetValueOrDefault(credential.Email, []);
        return this with
        {
            Credentials = Credentials.SetItem(credential.Id, credential),
            HasCertificates = HasCertificates || credential.Kind == CredentialKind.Certificate,
            CredentialsOf = known.Contains(credential.Id)
                ? CredentialsOf
                : CredentialsOf.SetItem(credential.Email, known.Add(credential.Id)),
        };
    }

    private Snapshot With(Issuer issuer) => this with { Issuers = Issuers.SetItem(issuer.Id, issuer) };

    private Snapshot WithUse(Row row)
    {
        var (id, use) = CredentialUse.Parse(row);
        return this with { CredentialUses = CredentialUses.SetItem(id, use) };
    }

    private Snapshot WithRole(CustomRole role) => this with { CustomRoles = CustomRoles.SetItem(role.Name, role) };

    private Snapshot WithGroup(PrincipalGroup group)
    {
        var byMember = GroupsByMember;
        if (Groups.TryGetValue(group.Email, out var old))
            foreach (var member in old.Members)
                byMember = byMember.GetValueOrDefault(member, []).Remove(old.Member) is { IsEmpty: false } rest
                    ? byMember.SetItem(member, rest) : byMember.Remove(member);
        if (group.State == StandingState.Active)
            foreach (var member in group.Members)
                byMember = byMember.SetItem(member, byMember.GetValueOrDefault(member, []).Add(group.Member));
        return this with { Groups = Groups.SetItem(group.Email, group), GroupsByMember = byMember };
    }

    private Snapshot WithRevision(Revision revision)
    {
        var known = Revisions.GetValueOrDefault(revision.Subject, []);
        var at = known.FindIndex(r => r.Number >= revision.Number);
        return this with
        {
            Revisions = Revisions.SetItem(revision.Subject, at < 0 ? known.Add(revision)
                : known[at].Number == revision.Number ? known.SetItem(at, revision) : known.Insert(at, revision)),
        };
    }

    private Snapshot WithSealedKey(SealedKeyRow row) =>
        this with { SealedKeys = SealedKeys.SetItem(row.IdText, row) };
}

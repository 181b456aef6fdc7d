using System.Buffers.Binary;
using System.Security.Cryptography;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Keeping;
using Keyward.Vault.Audit.Witnessing;
using Keyward.Vault.Federation;
using Keyward.Vault.Grants;
using Keyward.Vault.Groups;
using Keyward.Vault.Identities;
using Keyward.Vault.Imports;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.CustomRoles;
using Keyward.Vault.Policies.Revisions;
using Keyward.Vault.Projects;

namespace Keyward.Vault.Storage;

/// <summary>One change while it is judged, under the store's lock: it sees the state that it will change, and gathers
/// the
/// rows that it writes. Nothing of it counts before the commit.</summary>
internal sealed class ChangeDraft(Snapshot before, long seq, DateTimeOffset now, OpenedVault vault, RecordDraft record)
{
    private readonly List<(Row New, Row? Old)> _rows = [];

    /// <summary>The state as it stands, with what this change has put so far.</summary>
    public Snapshot Snapshot { get; private set; } = before;

    public long Seq { get; } = seq;

    public DateTimeOffset Now { get; } = Micros.Trim(now);

    public RecordDraft Record { get; } = record;

    /// <summary>The member who makes this change.</summary>
    public string By => Record.Caller?.Member ?? "";

    public IKeystore Keystore => vault.Keystore;

    public IKeyHierarchy Hierarchy => vault.Hierarchy;

    public ICredentialKeys CredentialKeys => vault.CredentialKeys;

    public bool IsEmpty => _rows.Count == 0;

    public IReadOnlyList<Row> Rows => _rows.ConvertAll(r => r.New);

    public void Put(Project project)
    {
        var old = Snapshot.Find(project.Id)?.Project;
        Put(Tables.Project, project.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(KeyRing ring)
    {
        var old = Snapshot.Find(ring.Name)?.Ring;
        Put(Tables.KeyRing, ring.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(Key key)
    {
        var old = Snapshot.Find(key.Name)?.Key;
        Put(Tables.CryptoKey, key.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(KeyVersion version)
    {
        version = version with
        {
            Material = version.Material with { Sealed = Present(version.Name.Parent.Project, version.Material.Sealed) },
        };
        var old = Snapshot.Find(version.Name);
        Put(Tables.KeyVersion, version.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(Alias alias)
    {
        var old = Snapshot.Find(alias.Name);
        Put(Tables.Alias, alias.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(ImportJob job)
    {
        if (job.PrivateKey is { } half) job = job with { PrivateKey = Present(job.Name.Project, half) };
        var old = Snapshot.Find(job.Name);
        Put(Tables.ImportJob, job.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(ServiceAccount account)
    {
        var old = Snapshot.Accounts.GetValueOrDefault(account.Email);
        Put(Tables.Principal, account.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(Credential credential)
    {
        if (credential.Secret is { } secret)
            credential = credential with
            {
                Secret = credential.Kind == CredentialKind.TokenKey
                    ? Hierarchy.Renew(secret)
                    : Present(Snapshot.Accounts[credential.Email].Project, secret),
            };
        PutResealed(credential);
    }

    /// <summary>As <see cref="PutResealed(SealedKeyRow)"/>.</summary>
    public void PutResealed(Credential credential)
    {
        var old = Snapshot.Credentials.GetValueOrDefault(credential.Id);
        Put(Tables.Credential, credential.ToCells(), old?.ToCells(), old?.Seq);
    }

    /// <summary>A new grant, or a new state of one that has not ended: one that has is never written again.</summary>
    public void Put(Grant grant)
    {
        var old = Snapshot.Find(grant.Key)?.Grants.Find(grant.Id);
        Put(Tables.Grant, grant.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(Issuer issuer)
    {
        var old = Snapshot.Issuers.GetValueOrDefault(issuer.Id);
        Put(Tables.Issuer, issuer.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(Quotas.QuotaLimit quota)
    {
        var old = Snapshot.Quotas.Find(quota.Resource, quota.Metric);
        Put(Tables.Quota, quota.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(WitnessedLog log)
    {
        var old = Snapshot.AuditKeeping.WitnessedLogs.GetValueOrDefault(log.Origin);
        Put(Tables.WitnessedLog, log.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(AuditHold hold)
    {
        var old = Snapshot.AuditKeeping.Holds.GetValueOrDefault(hold.Name);
        Put(Tables.AuditHold, hold.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(AuditRetention retention)
    {
        var old = Snapshot.AuditKeeping.SetRetention;
        Put(Tables.AuditRetention, retention.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(AuditPruning pruning)
    {
        var old = Snapshot.AuditKeeping.Prunings.GetValueOrDefault(pruning.Log);
        Put(Tables.AuditPruning, pruning.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void PutUse(string credentialId, CredentialUse use)
    {
        var old = Snapshot.CredentialUses.GetValueOrDefault(credentialId);
        Put(Tables.CredentialUse, use.ToCells(credentialId), old?.ToCells(credentialId), old?.Seq);
    }

    public void Put(CustomRole role)
    {
        var old = Snapshot.CustomRoles.GetValueOrDefault(role.Name);
        Put(Tables.CustomRole, role.ToCells(), old?.ToCells(), old?.Seq);
    }

    public void Put(PrincipalGroup group)
    {
        var old = Snapshot.Groups.GetValueOrDefault(group.Email);
        Put(Tables.PrincipalGroup, group.ToCells(), old?.ToCells(), old?.Seq);
    }

    /// <summary>Writes down what a subject is from now on.</summary>
    public void PutRevision(string subject, long number, string? text)
    {
        var revision = new Revision(
            subject, number, Now, Record.Caller?.Email ?? "system", Record.Arrival.Reason, text);
        Put(Tables.Revision, revision.ToCells(), null, null);
    }

    public void Put(SealedKeyRow key) =>
        PutResealed(key.IsErased ? key : key with { Key = Hierarchy.Renew(key.Key) });

    /// <summary>As it is: a rotation seals it by a root that is not in use yet.</summary>
    public void PutResealed(SealedKeyRow key)
    {
        var old = Snapshot.SealedKeys.GetValueOrDefault(key.IdText);
        Put(Tables.SealedKey, key.ToCells(), old?.ToCells(), old?.Seq);
    }

    /// <summary>Makes a log another signing key, its first where none is named.</summary>
    public SealedKey PutLogKey(string origin, int number = 1)
    {
        var key = Hierarchy.MakeLogKey(new LogKeyName(origin, number).ToString());
        Put(new SealedKeyRow(RandomNumberGenerator.GetBytes(16), key, Now));
        return key;
    }

    public void Put(Deployment deployment) => Put(Tables.Deployment, deployment.ToCells(), null, null);

    public void PutDeploymentPolicy(PolicyState policy)
    {
        var old = Snapshot.DeploymentPolicy;
        Cell[] Cells(PolicyState state) => ["deployment", state.Text ?? "{}", state.Revision];
        Put(Tables.DeploymentPolicy, Cells(policy), old.Revision == 0
            ? null : Cells(old), Snapshot.DeploymentPolicySeq);
    }

    /// <summary>The state sum after this change: each new term added, each old one taken away.</summary>
    public StateSum SumAfter(StateSum sum)
    {
        foreach (var (added, old) in _rows)
        {
            if (old is not null) sum = sum.Subtract(SnapshotLoader.TermOf(old, Hierarchy));
            sum = sum.Add(SnapshotLoader.TermOf(added, Hierarchy));
        }

        return sum;
    }

    /// <summary>What the store writes of this draft: rows, the sum after them, and the record.</summary>
    /// <param name="sum">The state sum with this change.</param>
    /// <param name="node">The node that makes the change and logs it.</param>
    public Change ToChange(StateSum sum, TimeSpan took, string node)
    {
        Span<byte> bytes = stackalloc byte[StateSum.SizeBytes];
        Span<byte> digest = stackalloc byte[16];
        sum.Write(bytes);
        Hierarchy.StateDigest(bytes, digest);
        var mark = new ChangeMark(Seq, BinaryPrimitives.ReadUInt128BigEndian(digest));
        var bare = RecordWriter.Write(Record, Now, took, node, null, mark).ToArray();
        var id = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(id, Record.Arrival.Id);
        return new Change(new FeedEntry(Seq, Record.Operation ?? id, Rows), Hierarchy.SealStateSum(Seq, bytes),
            new OutboxEntry(id, Seq, node, bare));
    }

    /// <summary>A row put twice in one change is written once, as it was put last.</summary>
    private void Put(Table table, Cell[] cells, Cell[]? oldCells, long? oldSeq)
    {
        var row = Sealed(table, cells, Seq);
        var earlier = _rows.FindIndex(r => r.New.Table == table && SameKey(r.New, row));
        if (earlier >= 0) _rows[earlier] = (row, _rows[earlier].Old);
        else _rows.Add((row, oldCells is null ? null : Sealed(table, oldCells, oldSeq!.Value)));
        Snapshot = Snapshot.With([row]);
    }

    /// <summary>What was sealed under a project key that has been rotated since is sealed anew: the old one goes as
    /// soon as nothing is under it.</summary>
    private SealedKey Present(ProjectId project, SealedKey key) =>
        key.Sealed.Length == 0 || Snapshot.Find(project)?.Project.ProjectKeyId is not { } present
            || key.ParentId.AsSpan().SequenceEqual(present)
            ? key
            : Hierarchy.Reseal(key, present);

    private Row Sealed(Table table, Cell[] cells, long seq)
    {
        var seal = new byte[32];
        Hierarchy.SealRow(RowCodec.Framed(table, cells, seq), seal);
        return new Row(table, cells, seq, seal);
    }

    private static bool SameKey(Row a, Row b)
    {
        for (var i = 0; i < a.Table.KeyColumns; i++)
        {
            var (left, right) = (a.Cells[i], b.Cells[i]);
            if (left.Text != right.Text || left.Integer != right.Integer
                || !left.Bytes.AsSpan().SequenceEqual(right.Bytes)) return false;
        }

        return true;
    }
}

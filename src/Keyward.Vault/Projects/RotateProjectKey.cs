using System.Globalization;
using System.Security.Cryptography;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Projects;

/// <param name="Remaining">Rows that are still under the old key: call again.</param>
public sealed record ProjectKeyRotation(int Remaining);

/// <summary>Gives a project a new project key and seals by it what the old one sealed: versions, wrapping keys of
/// import jobs, secrets of access keys. Each call seals a bounded number of rows, so that no change holds the store for
/// long; what is left over, also after a crash, is done by the next call. The last one erases the old key, and with it
/// every older copy of the rows becomes worthless. Key material stays what it is.</summary>
/// <param name="Continue">Goes on with a rotation and begins none.</param>
public sealed record RotateProjectKey(ProjectId Id, bool Continue) : IOperation<ProjectKeyRotation>
{
    /// <summary>Some tens of milliseconds under the store's lock.</summary>
    internal int MaximumRows { get; init; } = 500;

    Verb IOperation<ProjectKeyRotation>.Verb { get; } = new("rotate_project_key", OperationClass.AdminWrite);

    Demand IOperation<ProjectKeyRotation>.Demand => Demand.On(Permission.ProjectKeysRotate, Id);

    void IOperation<ProjectKeyRotation>.Describe(RecordDraft draft)
    {
        draft.Resource = Id.FullName;
        draft.Project = Id.Value;
        draft.Parameter("continue", Continue ? "true" : "false");
    }

    ValueTask<Outcome<ProjectKeyRotation>> IOperation<ProjectKeyRotation>.RunAsync(Passage passage) =>
        passage.ChangeAsync(((IOperation<ProjectKeyRotation>)this).Demand, Change);

    private Outcome<ProjectKeyRotation> Change(ChangeDraft draft)
    {
        if (draft.Snapshot.Find(Id) is not { Project: var project })
            return new Refusal(RefusalReason.NotFound, $"Project {Id} not found.", Id.FullName);
        if (!draft.Snapshot.Altered.IsEmpty) return Roots.RootRotation.AlteredRows;
        var olds = OldKeysOf(draft.Snapshot, project).ToList();
        if (olds.Count == 0)
        {
            if (Continue) return new ProjectKeyRotation(0);
            olds.Add(draft.Snapshot.SealedKeys[Convert.ToHexString(project.ProjectKeyId)]);
            var id = RandomNumberGenerator.GetBytes(16);
            var key = draft.Hierarchy.MakeProjectKey(id, Id.FullName);
            draft.Hierarchy.Adopt(id, key);
            draft.Put(new SealedKeyRow(id, key, draft.Now));
            project = project with { ProjectKeyId = id };
            draft.Put(project);
            draft.Record.Changed("project_key", olds[0].IdText, Convert.ToHexString(id));
        }

        var (done, remaining) = Reseal(draft, project);
        if (remaining == 0)
            foreach (var old in olds) draft.Put(old.Erased());
        draft.Record.Parameter("sealed", done.ToString(CultureInfo.InvariantCulture));
        draft.Record.Parameter("remaining", remaining.ToString(CultureInfo.InvariantCulture));
        return new ProjectKeyRotation(remaining);
    }

    private IEnumerable<SealedKeyRow> OldKeysOf(Snapshot snapshot, Project project) => snapshot.SealedKeys.Values
        .Where(k => k is { IsErased: false, Key.Binding.Kind: SealKind.ProjectKey }
            && k.Key.Binding.Name == Id.FullName && !k.Id.AsSpan().SequenceEqual(project.ProjectKeyId));

    /// <summary>Whatever is put is sealed by the project's present key: <see cref="ChangeDraft"/> sees to
    /// that.</summary>
    private (int Done, int Remaining) Reseal(ChangeDraft draft, Project project)
    {
        bool IsOld(SealedKey? key) =>
            key is { Sealed.Length: > 0 } && !key.ParentId.AsSpan().SequenceEqual(project.ProjectKeyId);
        var (snapshot, puts, left) = (draft.Snapshot, new List<Action>(), 0);
        void Add(Action put)
        {
            if (puts.Count < MaximumRows) puts.Add(put);
            else left++;
        }

        foreach (var ring in snapshot.Find(Id)!.Rings.After(null))
        {
            foreach (var key in ring.Keys.After(null))
                foreach (var version in key.Glance.Versions)
                {
                    if (!version.HasMaterial || version.Parent.AsSpan().SequenceEqual(project.ProjectKeyId)) continue;
                    var number = version.Number;
                    Add(() => draft.Put(key.Find(number)!));
                }

            foreach (var job in ring.ImportJobs.After(null))
                if (IsOld(job.PrivateKey)) Add(() => draft.Put(job));
        }

        foreach (var credential in snapshot.Credentials.Values)
            if (credential.Kind == Identities.CredentialKind.AccessKey && IsOld(credential.Secret)
                && snapshot.Accounts.GetValueOrDefault(credential.Email)?.Project == Id)
                Add(() => draft.Put(credential));
        foreach (var put in puts) put();
        return (puts.Count, left);
    }
}

using System.Globalization;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Projects;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Development;

/// <summary>One change that puts a seed into a store. It gathers what is wrong; then nothing of it counts.</summary>
internal sealed class Sowing(ChangeDraft draft, Seed seed)
{
    private readonly List<string> _wrong = [];

    public Outcome<Done> Run()
    {
        var owner = draft.Snapshot.Accounts.Values.Single(a => a.Name == "admin").Email;
        foreach (var project in seed.Projects) Put(project, owner);
        foreach (var account in seed.Accounts) Put(account);
        foreach (var ring in seed.Rings.Concat(seed.Keys.Select(k => k.Name.Parent)).Distinct())
            if (draft.Snapshot.Find(ring.Project) is null) _wrong.Add($"{ring}: there is no such project.");
            else draft.Put(new KeyRing(ring, draft.Now));
        // What hangs on something that is wrong itself is left out: one mistake is told once.
        foreach (var key in seed.Keys)
            if (draft.Snapshot.Find(key.Name.Parent) is not null) Put(key);
        foreach (var account in seed.Accounts)
            if (draft.Snapshot.Find(account.Project) is not null)
                foreach (var role in account.Roles) Put(account, role);
        return _wrong.Count == 0
            ? default(Done)
            : new Refusal(RefusalReason.InvalidArgument, string.Join('\n', _wrong));
    }

    private void Put(SeededProject seeded, string owner)
    {
        var projects = draft.Snapshot.Projects.After(null).Select(p => p.Project).ToList();
        if (projects.Exists(p => p.Id == seeded.Id)) return;
        var last = projects.Max(p => long.Parse(p.Account, CultureInfo.InvariantCulture));
        var account = seeded.Account
            ?? (last + 1).ToString("d12", CultureInfo.InvariantCulture);
        if (projects.Exists(p => p.Account == account))
            _wrong.Add($"{seeded.Id.FullName}: the account {account} is another project's.");
        else NewProjects.Put(draft, seeded.Id, account, owner);
    }

    private void Put(SeededAccount seeded)
    {
        if (draft.Snapshot.Find(seeded.Project) is not { } project)
        {
            _wrong.Add($"Account {seeded.Name}: there is no project {seeded.Project}.");
            return;
        }

        var account = ServiceAccounts.Make(draft, seeded.Project, seeded.Name);
        if (draft.Snapshot.Accounts.ContainsKey(account.Email))
        {
            _wrong.Add($"There is an account {account.Email} already.");
            return;
        }

        draft.Put(account);
        foreach (var key in seeded.AccessKeys)
            draft.Put(new Credential(
                key.Id, CredentialKind.AccessKey, account.Email, StandingState.Active, draft.Now, null)
            {
                Secret = draft.Hierarchy.SealSecret(project.Project.ProjectKeyId,
                    Credential.BindingOf(CredentialKind.AccessKey, key.Id), key.Secret),
            });
        foreach (var file in seeded.KeyFiles)
            draft.Put(new Credential(
                file.Id, CredentialKind.KeyFile, account.Email, StandingState.Active, draft.Now, null)
            {
                PublicKey = file.PublicKey,
            });
    }

    private void Put(SeededKey seeded)
    {
        var purpose = AlgorithmTable.Of(seeded.Algorithm).Purpose;
        var newest = 1 + seeded.Versions.ToList().FindLastIndex(v => v.IsEnabled);
        var primary = AlgorithmTable.HasPrimary(purpose) ? seeded.Primary ?? (newest > 0 ? newest : null) : null;
        var key = new Key
        {
            Name = seeded.Name, Id = seeded.Id, Purpose = purpose, Algorithm = seeded.Algorithm,
            ProtectionLevel = ProtectionLevel.Software, CreateTime = draft.Now,
            RotationPeriod = seeded.RotationPeriod,
            NextRotationTime = seeded.NextRotationTime ?? draft.Now + seeded.RotationPeriod,
            DestroyScheduledDuration = seeded.DestroyScheduledDuration ?? KeyRules.DefaultDestroyScheduledDuration,
            Labels = seeded.Labels, PrimaryVersion = primary, NextVersion = seeded.Versions.Count + 1,
        };
        if ((KeyRules.JudgeLabels(key.Labels)
            ?? KeyRules.JudgeRotates(purpose, false, key.RotationPeriod, key.NextRotationTime)
            ?? KeyRules.JudgeRotation(key.RotationPeriod, key.NextRotationTime, nextIsNew: true, draft.Now)
            ?? KeyRules.JudgeDestroyDuration(key.DestroyScheduledDuration, false)) is { } refusal)
            _wrong.Add($"{key.Name}: {refusal.Sentence}");
        draft.Put(key);
        for (var i = 0; i < seeded.Versions.Count; i++) Put(key with { NextVersion = i + 1 }, seeded.Versions[i]);
        foreach (var alias in seeded.Aliases)
            draft.Put(new Alias(new AliasName(key.Name.Parent.Parent, alias), key.Name, draft.Now, draft.Now));
    }

    private void Put(Key key, SeededVersion seeded)
    {
        if (!draft.Keystore.Import(key.Algorithm, seeded.Material).TryGet(out var material, out var whyNot))
        {
            _wrong.Add($"{new VersionName(key.Name, key.NextVersion)}: {whyNot}");
            return;
        }

        using (material)
        {
            var version = NewVersions.Put(draft, key, material);
            if (!seeded.IsEnabled) draft.Put(version with { State = VersionState.Disabled });
        }
    }

    private void Put(SeededAccount account, SeededRole role)
    {
        if (role.On.Find(draft.Snapshot) is not { } policy)
        {
            _wrong.Add($"Account {account.Name}: there is no {role.On.FullName} to hold a role on.");
            return;
        }

        var email = ServiceAccounts.EmailOf(draft.Snapshot.Deployment!, account.Project, account.Name);
        var bindings = policy.Policy.Bindings.Append(new Binding(role.Role, ["serviceAccount:" + email]));
        role.On.Put(draft, policy.Next(new Policy(
            [
                .. bindings.GroupBy(b => (b.Role, b.Condition)).Select(g => new Binding(
                    g.Key.Role, [.. g.SelectMany(b => b.Members).Distinct()], g.Key.Condition)),
            ], policy.Policy.AuditConfigs)));
    }
}

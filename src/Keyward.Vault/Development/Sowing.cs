using System.Globalization;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Imports;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Documents;
using Keyward.Vault.Projects;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Development;

/// <summary>One change that puts a seed into a store. It gathers what is wrong; then nothing of it counts.</summary>
internal sealed class Sowing(ChangeDraft draft, Seed seed, GateSettings settings)
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
            Description = seeded.Description, Tags = seeded.Tags, ImportOnly = seeded.ImportOnly,
            PrimaryLocation = seeded.Replicas is null ? null : seeded.Name.Parent.Parent.Location.Value,
        };
        if ((KeyRules.JudgeLabels(key.Labels) ?? KeyTags.JudgeNew([.. key.Tags])
            ?? KeyRules.JudgeRotates(purpose, key.ImportOnly, key.RotationPeriod, key.NextRotationTime)
            ?? KeyRules.JudgeRotation(key.RotationPeriod, key.NextRotationTime, nextIsNew: true, draft.Now)
            ?? KeyRules.JudgeDestroyDuration(key.DestroyScheduledDuration, key.ImportOnly)) is { } refusal)
            _wrong.Add($"{key.Name}: {refusal.Sentence}");
        draft.Put(key);
        for (var i = 0; i < seeded.Versions.Count; i++) Put(key with { NextVersion = i + 1 }, seeded.Versions[i]);
        foreach (var alias in seeded.Aliases)
            draft.Put(new Alias(new AliasName(key.Name.Parent.Parent, alias), key.Name, draft.Now, draft.Now));
        foreach (var location in seeded.Replicas ?? []) PutReplica(key, location, seeded);
        if (seeded.Policy is { } document) Put(key.Name, document);
    }

    /// <summary>As ReplicateKey makes one: an import-only key's waits for its material.</summary>
    private void PutReplica(Key primary, LocationId location, SeededKey seeded)
    {
        var name = KeySets.In(primary.Name, location.Value);
        if (!settings.Locations.Contains(location.Value) || name == primary.Name)
        {
            _wrong.Add($"{primary.Name}: {location.Value} is not another location of this server.");
            return;
        }

        if (draft.Snapshot.Find(name.Parent) is null) draft.Put(new KeyRing(name.Parent, draft.Now));
        else if (draft.Snapshot.Find(name) is not null)
        {
            _wrong.Add($"{name}: there is such a key already.");
            return;
        }

        var replica = primary with
        {
            Name = name, Description = "", Tags = Key.NoLabels, Labels = Key.NoLabels,
            PrimaryVersion = primary.ImportOnly ? null : primary.PrimaryVersion,
        };
        draft.Put(replica);
        if (primary.ImportOnly) return;
        for (var i = 0; i < seeded.Versions.Count; i++) Put(replica with { NextVersion = i + 1 }, seeded.Versions[i]);
    }

    private void Put(KeyName key, string document)
    {
        var target = PolicyTarget.Of(key);
        if (PuttingDocument.Compile(draft.Snapshot, document, DocumentKind.Key).TryGet(out _, out var refusal))
            target.Put(draft, target.Find(draft.Snapshot)!.Next(new KeyPolicy(document)));
        else _wrong.Add($"{key}: {refusal.Sentence.TrimEnd('.')}.");
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
            var version = key.ImportOnly
                ? ImportedVersions.Held(draft, key, ImportedVersions.Blank(draft, key, key.Algorithm), material)
                : NewVersions.Put(draft, key, material);
            draft.Put(version with { State = seeded.IsEnabled ? VersionState.Enabled : VersionState.Disabled });
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

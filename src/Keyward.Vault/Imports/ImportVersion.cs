using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Imports;

/// <summary>Brings wrapped material in: as a new version, or again into one that was imported before. Takes the right
/// to use the job and the right to make (or to change) a version. A version never becomes primary by this. Material
/// that does not unwrap or is not fit makes a version in the state IMPORT_FAILED, as at Google; into a version that has
/// held material nothing else is ever put, and what does not match leaves it as it was.</summary>
public sealed record ImportVersion(
    KeyName Key, int? Version, Algorithm Algorithm, ImportJobName Job, ReadOnlyMemory<byte> Wrapped)
    : IOperation<KeyVersion>
{
    Verb IOperation<KeyVersion>.Verb { get; } = new("import_version", OperationClass.AdminWrite);

    Demand IOperation<KeyVersion>.Demand => Version is { } number
        ? Demand.On(Permission.VersionsUpdate, new VersionName(Key, number))
        : Demand.On(Permission.VersionsCreate, Key);

    private Demand UseOfJob => Demand.On(Permission.ImportJobsUseToImport, Job);

    void IOperation<KeyVersion>.Describe(RecordDraft draft)
    {
        draft.Resource = Version is { } number ? new VersionName(Key, number).ToString() : Key.ToString();
        draft.Project = Key.Project.Value;
        draft.Parameter("import_job", Job.ToString());
        draft.Parameter("algorithm", Algorithm.ToString());
    }

    async ValueTask<Outcome<KeyVersion>> IOperation<KeyVersion>.RunAsync(Passage passage)
    {
        if (Judge(passage.Snapshot, passage, passage.Now) is { } refusal) return refusal;
        var job = passage.Snapshot.Find(Job)!;
        if (ImportMethods.JudgeLength(job.Method, Wrapped.Length) is { } badLength) return badLength;
        if (!await SlowLane.EnterAsync().ConfigureAwait(false)) return SlowLane.Full;
        Imported imported;
        try
        {
            imported = passage.Vault.Keystore.ImportWrapped(job.WrappingKey!, job.Method, Algorithm, Wrapped.Span);
        }
        finally
        {
            SlowLane.Leave();
        }

        using (imported.Material)
            return await passage.ChangeAsync(((IOperation<KeyVersion>)this).Demand,
                draft => Change(draft, passage, imported)).ConfigureAwait(false);
    }

    /// <summary>Everything but the material. Judged before it is unwrapped, and again under the store's lock.</summary>
    private Refusal? Judge(Snapshot snapshot, Passage passage, DateTimeOffset now)
    {
        if (!passage.May(UseOfJob, snapshot)) return Authority.Refuse(UseOfJob);
        if (snapshot.Find(Key) is not { } entry) return KeyRefusals.NotFound(Key);
        if (snapshot.Find(Job) is not { } job) return KeyRefusals.NotFound(Job);
        if (AlteredRows.Refuse(snapshot, UseOfJob) is { } altered) return altered;
        if (job.StateAt(now) is var state && state != ImportJobState.Active)
            return KeyRefusals.Precondition(Job, $"{Job} is not active, current state is: {ImportJob.Label(state)}.");
        if (job.ProtectionLevel != entry.Key.ProtectionLevel)
            return KeyRefusals.Precondition(Job, "The import job and the key have different protection levels.");
        if (Algorithm == Algorithm.Unspecified || AlgorithmTable.Of(Algorithm).Purpose != entry.Key.Purpose)
            return KeyRules.Invalid("The algorithm does not fit the key's purpose.");
        return Version is { } number ? JudgeTarget(snapshot, entry, number, now)
            : NewVersions.JudgeCount(entry.Key) ?? Quotas.Counts.JudgeVersion(snapshot, entry.Key);
    }

    private Refusal? JudgeTarget(Snapshot snapshot, KeyEntry entry, int number, DateTimeOffset now)
    {
        var name = new VersionName(Key, number);
        if (entry.Find(number) is not { } version) return KeyRefusals.NotFound(name);
        if (AlteredRows.Refuse(snapshot, version) is { } altered) return altered;
        if (version.Origin != VersionOrigin.Imported)
            return KeyRefusals.Precondition(name, $"{name} was not imported: nothing can be imported into it.");
        if (VersionLife.After(version.StateAt(now), VersionEvent.Reimport) is null)
            return KeyRefusals.NotAllowed(name, version.StateAt(now));
        return version.HasHeldMaterial && version.Algorithm != Algorithm
            ? KeyRules.Invalid("The algorithm is not that of the material that the version has held.")
            : null;
    }

    private Outcome<KeyVersion> Change(ChangeDraft draft, Passage passage, Imported imported)
    {
        if (Judge(draft.Snapshot, passage, draft.Now) is { } refusal) return refusal;
        var key = draft.Snapshot.Find(Key)!.Key;
        var job = draft.Snapshot.Find(Job)!;
        var old = Version is { } number ? draft.Snapshot.Find(new VersionName(Key, number)) : null;
        var isFit = imported.TryGet(out var material, out var whyNot);
        var version = (old ?? ImportedVersions.Blank(draft, key, Algorithm)) with
        {
            Algorithm = Algorithm,
            State = VersionState.ImportFailed,
            ImportFailure = whyNot,
            Import = new VersionImport(Job.ToString(), job.Method, draft.Now, draft.By),
        };
        if (isFit) version = ImportedVersions.Held(draft, key, version, material!);
        if (old is { HasHeldMaterial: true } && !(isFit && version.Fingerprint == old.Fingerprint))
            return new Refusal(RefusalReason.MaterialRefused,
                whyNot ?? "The material is not the one that the version has held.", old.FullName);
        if (old is null) draft.Put(key with { NextVersion = key.NextVersion + 1 });
        draft.Put(version);
        draft.Record.Version = version;
        draft.Record.Changed("state", old is null ? null : KeyRefusals.Label(old.State),
            KeyRefusals.Label(version.State));
        return version;
    }
}

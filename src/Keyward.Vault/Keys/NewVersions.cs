using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Keys;

/// <summary>How a version comes to be: fresh material, sealed under the project's key and bound to its name.</summary>
internal static class NewVersions
{
    /// <summary>A guard against a loop that makes versions without end.</summary>
    public const int MaximumVersions = 100_000;

    /// <summary>How long a request waits for a key that takes long to make; then it is told to come again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static readonly Refusal Waiting = new(RefusalReason.Overloaded,
        "Keys of this kind are being made more slowly than they are asked for. Try again.");

    /// <summary>Fresh material, made before the change that binds it: under the store's lock everyone would wait for
    /// it.</summary>
    public static async ValueTask<Outcome<IFreshMaterial>> MakeAsync(Passage passage, Algorithm algorithm) =>
        await passage.Vault.Keystore.GenerateAsync(algorithm, Patience).ConfigureAwait(false) is { } material
            ? Outcome.Of(material)
            : Waiting;

    /// <summary>The same with little patience; null where the version has to wait for its material.</summary>
    public static ValueTask<IFreshMaterial?> TryMakeAsync(Passage passage, Algorithm algorithm) =>
        passage.Vault.Keystore.GenerateAsync(algorithm, passage.Settings.CreationPatience);

    /// <summary>Why a key gets no more generated versions, if so.</summary>
    public static Refusal? Judge(Key key)
    {
        if (key.ImportOnly)
            return KeyRefusals.Precondition(key.Name,
                "The key is import-only: its versions are imported, not generated.");
        if (key.IsMultiRegion && key.IsReplica)
            return new Refusal(RefusalReason.NotPrimary,
                "The key is a replica: it gets its versions from the primary of its set.", key.Name.ToString());
        return JudgeCount(key);
    }

    public static Refusal? JudgeCount(Key key) => key.NextVersion > MaximumVersions
        ? new Refusal(RefusalReason.QuotaExceeded, "The key has as many versions as a key can have.",
            key.Name.ToString())
        : null;

    /// <summary>Puts the next version of a key; the key itself is put by the caller, with its number moved
    /// on.</summary>
    public static KeyVersion Put(ChangeDraft draft, Key key, IFreshMaterial material) =>
        Put(draft, Held(draft, Blank(draft, key, material.Algorithm), material));

    /// <summary>Puts the next version of a key without its material, which the server makes when it can.</summary>
    public static KeyVersion PutPending(ChangeDraft draft, Key key) =>
        Put(draft, Blank(draft, key, key.Algorithm));

    /// <summary>A pending version with its material.</summary>
    public static KeyVersion PutHeld(ChangeDraft draft, KeyVersion pending, IFreshMaterial material) =>
        Put(draft, Held(draft, pending, material));

    private static KeyVersion Put(ChangeDraft draft, KeyVersion version)
    {
        draft.Put(version);
        draft.Record.Version = version;
        return version;
    }

    private static KeyVersion Blank(ChangeDraft draft, Key key, Algorithm algorithm)
    {
        var name = new VersionName(key.Name, key.NextVersion);
        var attributes = KeyVersion.Attributes(key, VersionOrigin.Generated, draft.Now);
        var binding = new SealBinding(SealKind.Version, name.ToString(), name.Number,
            AlgorithmTable.Of(algorithm).SealLabel, attributes);
        return new KeyVersion
        {
            Name = name,
            State = VersionState.PendingGeneration,
            Algorithm = algorithm,
            ProtectionLevel = key.ProtectionLevel,
            CreateTime = draft.Now,
            Origin = VersionOrigin.Generated,
            CreatedBy = draft.By,
            Material = new KeyMaterial(key.Id, name.Number, algorithm, new SealedKey(new byte[16], binding, [])),
        };
    }

    private static KeyVersion Held(ChangeDraft draft, KeyVersion version, IFreshMaterial material)
    {
        var projectKey = draft.Snapshot.Find(version.Name.Parent.Project)!.Project.ProjectKeyId;
        var binding = version.Material.Sealed.Binding;
        return version with
        {
            State = VersionState.Enabled,
            GenerateTime = draft.Now,
            Fingerprint = draft.Keystore.Fingerprint(material, version.FullName),
            Material = version.Material with { Sealed = draft.Keystore.Seal(material, projectKey, binding) },
        };
    }
}

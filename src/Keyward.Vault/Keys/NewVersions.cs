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

    /// <summary>Why a key gets no more generated versions, if so.</summary>
    public static Refusal? Judge(Key key)
    {
        if (key.ImportOnly)
            return KeyRefusals.Precondition(key.Name,
                "The key is import-only: its versions are imported, not generated.");
        return key.NextVersion > MaximumVersions
            ? new Refusal(RefusalReason.QuotaExceeded, "The key has as many versions as a key can have.",
                key.Name.ToString())
            : null;
    }

    /// <summary>Puts the next version of a key; the key itself is put by the caller, with its number moved
    /// on.</summary>
    public static KeyVersion Put(ChangeDraft draft, Key key)
    {
        var name = new VersionName(key.Name, key.NextVersion);
        var attributes = KeyVersion.Attributes(key, VersionOrigin.Generated, draft.Now);
        var binding = new SealBinding(SealKind.Version, name.ToString(), name.Number,
            AlgorithmTable.Of(key.Algorithm).SealLabel, attributes);
        using var material = draft.Keystore.Generate(key.Algorithm);
        var projectKey = draft.Snapshot.Find(key.Name.Project)!.Project.ProjectKeyId;
        var version = new KeyVersion
        {
            Name = name,
            State = VersionState.Enabled,
            Algorithm = key.Algorithm,
            ProtectionLevel = key.ProtectionLevel,
            CreateTime = draft.Now,
            GenerateTime = draft.Now,
            Origin = VersionOrigin.Generated,
            CreatedBy = draft.By,
            Fingerprint = draft.Keystore.Fingerprint(material, name.ToString()),
            Material = new KeyMaterial(
                key.Id, name.Number, key.Algorithm, draft.Keystore.Seal(material, projectKey, binding)),
        };
        draft.Put(version);
        draft.Record.Version = version;
        return version;
    }
}

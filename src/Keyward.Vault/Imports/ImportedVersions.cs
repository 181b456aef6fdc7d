using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;
using Keyward.Vault.Keystores;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Imports;

/// <summary>How a version takes material from outside.</summary>
internal static class ImportedVersions
{
    /// <summary>The next version of a key, without material.</summary>
    public static KeyVersion Blank(ChangeDraft draft, Key key, Algorithm algorithm) =>
        Blank(draft, key, algorithm, key.NextVersion);

    public static KeyVersion Blank(ChangeDraft draft, Key key, Algorithm algorithm, int number)
    {
        var name = new VersionName(key.Name, number);
        var binding = new SealBinding(SealKind.Version, name.ToString(), number, AlgorithmTable.Of(algorithm).SealLabel,
            KeyVersion.Attributes(key, VersionOrigin.Imported, draft.Now));
        return new KeyVersion
        {
            Name = name,
            State = VersionState.ImportFailed,
            Algorithm = algorithm,
            ProtectionLevel = key.ProtectionLevel,
            CreateTime = draft.Now,
            Origin = VersionOrigin.Imported,
            CreatedBy = draft.By,
            Material = new KeyMaterial(key.Id, number, algorithm, new SealedKey(new byte[16], binding, [])),
        };
    }

    /// <summary>The version with this material, enabled.</summary>
    public static KeyVersion Held(ChangeDraft draft, Key key, KeyVersion version, IFreshMaterial material)
    {
        var projectKey = draft.Snapshot.Find(key.Name.Project)!.Project.ProjectKeyId;
        var binding = version.Material.Sealed.Binding with
        {
            AlgorithmLabel = AlgorithmTable.Of(material.Algorithm).SealLabel,
        };
        return version with
        {
            State = VersionState.Enabled,
            ImportFailure = null,
            DestroyTime = null,
            DestroyEventTime = null,
            Fingerprint = draft.Keystore.Fingerprint(material, version.Name.ToString()),
            Material = new KeyMaterial(key.Id, version.Name.Number, material.Algorithm,
                draft.Keystore.Seal(material, projectKey, binding)),
        };
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using Google.Cloud.Kms.V1;
using Keyward.Doors.Aws;
using Keyward.Doors.Google;
using Keyward.Keystores.Software;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Development;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using WireAlgorithm = Google.Cloud.Kms.V1.CryptoKeyVersion.Types.CryptoKeyVersionAlgorithm;

namespace Keyward.Server.Development;

/// <summary>The keys of a seed file. What a key or a version is not given follows from the seed's text and its
/// name.</summary>
internal sealed class SeedKeys(SeedNode root, string text)
{
    private const int MaximumKeys = 1_000;
    private const int MaximumVersions = 100;

    public List<SeededKey> Read()
    {
        var keys = root.Objects("keys").Select(ReadKey).OfType<SeededKey>().ToList();
        if (keys.Count > MaximumKeys) root.Wrong("keys", $"are at most {MaximumKeys}");
        SeedFile.RefuseDoubles(root, "keys", keys.Select(k => k.Name.ToString()));
        SeedFile.RefuseDoubles(root, "keys",
            keys.Select(k => $"{k.Name.Parent.Parent} id {KeyIdText.Of(k.Id)}"));
        SeedFile.RefuseDoubles(root, "keys",
            keys.SelectMany(k => k.Aliases.Select(a => new AliasName(k.Name.Parent.Parent, a).ToString())));
        return keys;
    }

    private SeededKey? ReadKey(SeedNode node)
    {
        var id = node.Formed("id", SeedNode.Uuid, "a UUID in small letters");
        var algorithm = ReadAlgorithm(node);
        var name = default(KeyName);
        if (node.Text("name", isNeeded: true) is { } full && !KeyName.TryParse(full, out name))
            node.Wrong("name", "must be projects/P/locations/L/keyRings/R/cryptoKeys/K");
        var key = new SeededKey(name, id is null
            ? DerivedMaterial.Id(text, name + "#id") : Guid.Parse(id),
            algorithm ?? default)
        {
            Versions = ReadVersions(node, name, algorithm),
            Primary = (int?)node.Integer("primary"),
            Labels = node.Map("labels").ToImmutableSortedDictionary(StringComparer.Ordinal),
            RotationPeriod = node.Duration("rotationPeriod"), NextRotationTime = node.Time("nextRotationTime"),
            DestroyScheduledDuration = node.Duration("destroyScheduledDuration"), Aliases = node.Texts("aliases"),
            Description = node.Text("description") ?? "",
            Tags = node.Map("tags").ToImmutableSortedDictionary(StringComparer.Ordinal),
            ImportOnly = node.Flag("importOnly"), Replicas = ReadReplicas(node), Policy = node.Document("policy"),
        };
        var idText = key.Replicas is null ? KeyIdText.Of(key.Id) : KeyIdText.OfSet(key.Id);
        if (name.Parent.Ring == KeyLookup.UnnamedRing && name.Key != idText)
            node.Wrong("name", $"a key of the ring {KeyLookup.UnnamedRing} is named by its id, which must be given");
        if (key.Primary is { } primary && (primary < 1 || primary > key.Versions.Count))
            node.Wrong("primary", "must be the number of one of the versions");
        foreach (var alias in key.Aliases)
            if (!KeyAliases.IsValid(alias) || alias.StartsWith("alias/", StringComparison.Ordinal))
                node.Wrong("aliases", $"{alias}: letters, digits, slashes, underscores and hyphens, without alias/");
        node.RefuseUnknown();
        return name == default || algorithm is null ? null : key;
    }

    /// <summary>An empty list stands for a multi-region key without replicas.</summary>
    private static List<LocationId>? ReadReplicas(SeedNode node)
    {
        if (!node.Has("replicas")) return null;
        var replicas = new List<LocationId>();
        foreach (var text in node.Texts("replicas"))
            if (LocationId.TryParse(text, out var location) && !replicas.Contains(location)) replicas.Add(location);
            else node.Wrong("replicas", $"{text} is no location, or is twice");
        return replicas;
    }

    private List<SeededVersion> ReadVersions(SeedNode node, KeyName name, Algorithm? algorithm)
    {
        List<SeedNode?> nodes = node.Has("versions") ? [.. node.Objects("versions")]
            : node.Flag("importOnly") ? [] : [null];
        if (nodes.Count > MaximumVersions) node.Wrong("versions", $"are at most {MaximumVersions}");
        var versions = new List<SeededVersion>();
        foreach (var version in nodes)
        {
            var material = version?.Text("material");
            var state = version?.Text("state") ?? "ENABLED";
            if (state is not ("ENABLED" or "DISABLED")) version!.Wrong("state", "is ENABLED or DISABLED");
            version?.RefuseUnknown();
            if (algorithm is not { } known || name == default) continue;
            var full = string.Create(
                CultureInfo.InvariantCulture, $"{name}/cryptoKeyVersions/{versions.Count + 1}");
            var bytes = material is null ? Derive(version ?? node, known, full) : Decode(version!, material);
            versions.Add(new SeededVersion(bytes, state == "ENABLED"));
        }

        return versions;
    }

    private byte[] Derive(SeedNode node, Algorithm algorithm, string name)
    {
        var row = AlgorithmTable.Of(algorithm);
        if (DerivedMaterial.IsOffered(row)) return DerivedMaterial.Of(row, text, name);
        node.Wrong("material", "is needed for RSA and SLH-DSA: PKCS#8 in PEM, or in base64");
        return [];
    }

    /// <summary>Base64, or PEM of PKCS#8.</summary>
    private static byte[] Decode(SeedNode node, string material)
    {
        if (PemEncoding.TryFind(material, out var fields))
        {
            if (material[fields.Label] == "PRIVATE KEY") return Convert.FromBase64String(material[fields.Base64Data]);
            node.Wrong("material", "must be a PEM of PRIVATE KEY, that is PKCS#8");
            return [];
        }

        var bytes = new byte[material.Length];
        if (Convert.TryFromBase64String(material, bytes, out var size)) return bytes[..size];
        node.Wrong("material", "must be base64 or PEM");
        return [];
    }

    /// <summary>Google's name of an algorithm, or AWS's spec and usage: both vendors' keys can be seeded.</summary>
    private static Algorithm? ReadAlgorithm(SeedNode node)
    {
        var (name, spec, usage) = (node.Text("algorithm"), node.Text("keySpec"), node.Text("keyUsage"));
        if (spec is not null)
        {
            if (name is not null) node.Wrong("keySpec", "stands beside an algorithm; give one of them");
            if (KeySpecs.Parse(spec, usage, out var fault) is { } made) return made.Algorithm;
            node.Wrong("keySpec", fault!.Message!.TrimEnd('.'));
            return null;
        }

        if (usage is not null) node.Wrong("keyUsage", "belongs to a keySpec");
        if (name is null) return Algorithm.Aes256Symmetric;
        var value = CryptoKeyVersion.Descriptor.EnumTypes.Single(e => e.Name == "CryptoKeyVersionAlgorithm")
            .FindValueByName(name);
        if (value is not null && AlgorithmNames.Find((WireAlgorithm)value.Number) is { } algorithm) return algorithm;
        node.Wrong("algorithm", $"{name} is none of Google's names of algorithms");
        return null;
    }
}

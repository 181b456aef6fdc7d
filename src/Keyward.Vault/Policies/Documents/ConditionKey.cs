using System.Collections.Frozen;
using System.Globalization;
using Keyward.Vault.Identities;

namespace Keyward.Vault.Policies.Documents;

/// <summary>A key of a condition and how its values are read out of a request. The table is the list of
/// docs/reference/aws-policies.md; a key that is not in it is never present in a request, which IAM's operators judge
/// by their own rules: <c>kms:ViaService</c> is such a one, since no service stands between here.</summary>
internal sealed class ConditionKey
{
    private static readonly string[] Absent = [];

    private static readonly FrozenDictionary<string, Func<Facts, string[]>> Table =
        new Dictionary<string, Func<Facts, string[]>>
        {
            ["aws:PrincipalArn"] = f => One(PrincipalName.ArnOf(f.Snapshot, f.Caller)),
            ["aws:PrincipalAccount"] = f => One(PrincipalName.AccountOf(f.Snapshot, f.Caller)),
            ["aws:PrincipalType"] = _ => ["User"],
            ["aws:PrincipalIsAWSService"] = _ => ["false"],
            ["aws:ViaAWSService"] = _ => ["false"],
            ["aws:userid"] = f => One(f.Caller.UniqueId),
            ["aws:username"] = f => One(PrincipalName.ShortNameOf(f.Caller)),
            ["aws:SourceIp"] = f => One(f.Arrival?.Source.Ip),
            ["aws:UserAgent"] = f => One(f.Arrival?.Source.Agent),
            ["aws:SecureTransport"] = f => f.Arrival is null ? Absent : [Flag(f.Arrival.Source.Tls is not null)],
            ["aws:CurrentTime"] = f => [f.Now.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'",
                CultureInfo.InvariantCulture)],
            ["aws:EpochTime"] = f => [f.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)],
            ["aws:RequestedRegion"] = f => One(f.Location),
            ["aws:ResourceAccount"] = f => One(f.Account),
            ["aws:TagKeys"] = f => Map(f, AttributeNames.Tags) is { } tags ? [.. tags.Keys]
                : Values(f, AttributeNames.TagKeys),
            ["kms:BypassPolicyLockoutSafetyCheck"] = f => Values(f, AttributeNames.BypassesLockoutCheck),
            ["kms:CallerAccount"] = f => f.Key is null ? Absent : One(PrincipalName.AccountOf(f.Snapshot, f.Caller)),
            ["kms:CustomerMasterKeySpec"] = f => Values(f, AttributeNames.Algorithm, AlgorithmTerms.KeySpecOf),
            ["kms:CustomerMasterKeyUsage"] = f => Values(f, AttributeNames.Algorithm, AlgorithmTerms.KeyUsageOf),
            ["kms:DataKeyPairSpec"] = f => Values(f, AttributeNames.DataKeyPair, AlgorithmTerms.PairSpecOf),
            ["kms:EncryptionAlgorithm"] = f => AlgorithmTerms.OfUse(f, AlgorithmTerms.Use.Encryption),
            ["kms:EncryptionContextKeys"] = f => Map(f, AttributeNames.Context) is { } pairs ? [.. pairs.Keys] : Absent,
            ["kms:ExpirationModel"] = f => Values(f, AttributeNames.ImportExpires,
                expires => expires is true ? "KEY_MATERIAL_EXPIRES" : "KEY_MATERIAL_DOES_NOT_EXPIRE"),
            ["kms:GrantConstraintType"] = f => Values(f, AttributeNames.GrantConstraint),
            ["kms:GrantOperations"] = f => Values(f, AttributeNames.GrantOperations),
            ["kms:GranteePrincipal"] = f => Principal(f, AttributeNames.Grantee),
            ["kms:KeyAgreementAlgorithm"] = f => AlgorithmTerms.OfUse(f, AlgorithmTerms.Use.Agreement),
            ["kms:KeyOrigin"] = f => Values(f, AttributeNames.Imported,
                imported => imported is true ? "EXTERNAL" : "AWS_KMS"),
            ["kms:KeySpec"] = f => Values(f, AttributeNames.Algorithm, AlgorithmTerms.KeySpecOf),
            ["kms:KeyUsage"] = f => Values(f, AttributeNames.Algorithm, AlgorithmTerms.KeyUsageOf),
            ["kms:MacAlgorithm"] = f => AlgorithmTerms.OfUse(f, AlgorithmTerms.Use.Mac),
            ["kms:MessageType"] = f => Values(f, AttributeNames.SignatureInput, AlgorithmTerms.MessageTypeOf),
            ["kms:MultiRegion"] = f => Values(f, AttributeNames.MultiRegion),
            ["kms:MultiRegionKeyType"] = f => Values(f, AttributeNames.MultiRegionRole),
            ["kms:PrimaryRegion"] = f => Values(f, AttributeNames.PrimaryLocation),
            ["kms:ReEncryptOnSameKey"] = f => Values(f, AttributeNames.OnSameKey),
            ["kms:ReplicaRegion"] = f => Values(f, AttributeNames.ReplicaLocation),
            ["kms:RequestAlias"] = f => Values(f, AttributeNames.RequestAlias, alias => "alias/" + alias),
            ["kms:ResourceAliases"] = f => Values(f, AttributeNames.ResourceAliases, alias => "alias/" + alias),
            ["kms:RetiringPrincipal"] = f => Principal(f, AttributeNames.RetiringPrincipal),
            ["kms:RotationPeriodInDays"] = f => Values(f, AttributeNames.RotationDays),
            ["kms:ScheduleKeyDeletionPendingWindowInDays"] = f => Values(f, AttributeNames.DeletionWindowDays),
            ["kms:SigningAlgorithm"] = f => AlgorithmTerms.OfUse(f, AlgorithmTerms.Use.Signing),
            ["kms:ValidTo"] = f => Values(f, AttributeNames.ImportValidTo),
            ["kms:WrappingAlgorithm"] = f => Values(f, AttributeNames.WrappingMethod,
                AlgorithmTerms.WrappingAlgorithmOf),
            ["kms:WrappingKeySpec"] = f => Values(f, AttributeNames.WrappingMethod,
                AlgorithmTerms.WrappingKeySpecOf),
        }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Keys that go on with a name of the caller's own choice.</summary>
    private static readonly (string Prefix, Func<Facts, string, string[]> Read)[] Families =
    [
        ("kms:EncryptionContext:", (f, name) => In(Map(f, AttributeNames.Context), name)),
        ("aws:PrincipalTag/", (f, name) => In(f.Caller.Attributes, name)),
        ("aws:RequestTag/", (f, name) => In(Map(f, AttributeNames.Tags), name)),
        ("aws:ResourceTag/", (f, name) => In(Map(f, AttributeNames.ResourceTags), name)),
    ];

    private readonly Func<Facts, string[]> _read;

    private ConditionKey(Func<Facts, string[]> read) => _read = read;

    public static IEnumerable<string> Known => Table.Keys.Concat(Families.Select(f => f.Prefix));

    /// <summary>Null for what has not the form of a key.</summary>
    public static ConditionKey? Parse(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0 || colon == name.Length - 1 || name.Length > 1_024) return null;
        if (Table.TryGetValue(name, out var read)) return new ConditionKey(read);
        foreach (var (prefix, readNamed) in Families)
            if (name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase) && name.Length > prefix.Length)
            {
                var own = name[prefix.Length..];
                return new ConditionKey(f => readNamed(f, own));
            }

        return new ConditionKey(_ => Absent);
    }

    /// <summary>The values in this request; empty where the key is absent.</summary>
    public string[] Read(Facts facts) => _read(facts);

    private static string[] One(string? value) => string.IsNullOrEmpty(value) ? Absent : [value];

    private static string[] In(IReadOnlyDictionary<string, string>? map, string name) =>
        map is not null && map.TryGetValue(name, out var value) ? [value] : Absent;

    private static IReadOnlyDictionary<string, string>? Map(Facts facts, string name) =>
        facts.Find(name) as IReadOnlyDictionary<string, string>;

    private static string[] Principal(Facts facts, string name) =>
        facts.Find(name) is string principal && PrincipalName.Find(facts.Snapshot, principal) is { } member
            ? [PrincipalName.ArnOf(facts.Snapshot, member)] : Absent;

    private static string[] Values(Facts facts, string name) => facts.Find(name) switch
    {
        null => Absent,
        IReadOnlyList<string> list => [.. list],
        var value => [Text(value)],
    };

    private static string[] Values(Facts facts, string name, Func<object, string?> translate) =>
        facts.Find(name) switch
        {
            null => Absent,
            IReadOnlyList<string> list => [.. list.Select(v => translate(v)).OfType<string>()],
            var value => translate(value) is { } text ? [text] : Absent,
        };

    private static string Text(object value) => value switch
    {
        string text => text,
        bool flag => Flag(flag),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };

    private static string Flag(bool value) => value ? "true" : "false";
}

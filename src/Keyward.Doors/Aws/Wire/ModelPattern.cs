using System.Text.RegularExpressions;

namespace Keyward.Doors.Aws.Wire;

/// <summary>A pattern that the service's model gives a text, written as messages show it. Matched in linear
/// time.</summary>
internal sealed class ModelPattern(string text)
{
    // What is written without anchors is meant of the whole text, too; classes are those of ASCII.
    private readonly Regex _regex = new(
        @"\A(?:" + text.Replace(@"\w", "a-zA-Z0-9_", StringComparison.Ordinal)
            .Replace(@"\d", "[0-9]", StringComparison.Ordinal)
            .Replace(@"\s", @" \t\n\v\f\r", StringComparison.Ordinal) + @")\z",
        RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public static readonly ModelPattern Alias = new("^[a-zA-Z0-9:/_-]+$");
    public static readonly ModelPattern Principal = new(@"^[\w+=,.@:/-]+$");
    public static readonly ModelPattern GrantName = new("^[a-zA-Z0-9:/_-]+$");
    public static readonly ModelPattern MaterialId = new("^[a-f0-9]+$");
    public static readonly ModelPattern MaterialDescription = new(@"^[a-zA-Z0-9:/_\s.-]+$");
    public static readonly ModelPattern PolicyName = new(@"[\w]+");
    public static readonly ModelPattern Policy = new(@"[\u0009\u000A\u000D\u0020-\u00FF]+");
    public static readonly ModelPattern Region = new(@"^([a-z]+-){2,3}\d+$");
    public static readonly ModelPattern Marker = new(@"[\u0020-\u00FF]*");
    public static readonly ModelPattern ExternalKeyId = new("^[a-zA-Z0-9-_.]+$");
    public static readonly ModelPattern Cluster = new("cluster-[2-7a-zA-Z]{11,16}");
    public static readonly ModelPattern ProxyEndpoint = new("^https://[a-zA-Z0-9.-]+$");
    public static readonly ModelPattern ProxyPath =
        new(@"^(/[a-zA-Z0-9\/_-]+/kms/xks/v\d{1,2})$|^(/kms/xks/v\d{1,2})$");

    public static readonly ModelPattern ProxyService =
        new(@"^(com|eu)\.amazonaws\.vpce\.([a-z]+-){2,3}\d+\.vpce-svc-[0-9a-z]+$");

    public static readonly ModelPattern ProxyOwner = new("[0-9]{12}");
    public static readonly ModelPattern ProxyKeyId = new("^[A-Z2-7]+$");
    public static readonly ModelPattern ProxySecret = new(@"^[a-zA-Z0-9\/+=]+$");

    public bool Matches(string value) => _regex.IsMatch(value);

    public override string ToString() => text;
}

using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws;

/// <summary>Which names of a key an operation takes.</summary>
[Flags]
internal enum KeyForms
{
    IdOrArn = 1,
    Alias = 2,
    All = 3,
}

/// <summary>Reads what clients give as KeyId: an id, a key's ARN, an alias with its prefix, an alias's ARN.</summary>
internal static class KeyNames
{
    public const string AliasPrefix = "alias/";
    private const string NoAlias = "Key Aliases are not supported for this operation";

    public static KeyReference? Parse(string text, LocationId region, KeyForms forms, out Fault? fault)
    {
        fault = null;
        if (text.StartsWith("arn:", StringComparison.Ordinal)) return ParseArn(text, region, forms, out fault);
        if (text.StartsWith(AliasPrefix, StringComparison.Ordinal) && forms.HasFlag(KeyForms.Alias))
            return KeyReference.ByAlias(null, region, text[AliasPrefix.Length..]);
        if (KeyIdText.TryParse(text, out _)) return KeyReference.ById(null, region, text);
        fault = Fault.NotFound($"Invalid keyId '{text}'");
        return null;
    }

    private static KeyReference? ParseArn(string text, LocationId region, KeyForms forms, out Fault? fault)
    {
        fault = null;
        if (text.Split(':', 6) is not ["arn", "aws", "kms", var place, { Length: 12 } account, { Length: > 4 } resource]
            || account.AsSpan().ContainsAnyExceptInRange('0', '9'))
        {
            fault = Fault.InvalidArn($"Invalid arn {text}");
            return null;
        }

        if (place != region.Value)
        {
            fault = Fault.NotFound($"Invalid arn {place}");
            return null;
        }

        if (resource.StartsWith(AliasPrefix, StringComparison.Ordinal))
        {
            if (forms.HasFlag(KeyForms.Alias))
                return KeyReference.ByAlias(account, region, resource[AliasPrefix.Length..]);
            fault = Fault.InvalidArn(NoAlias);
            return null;
        }

        if (resource.StartsWith("key/", StringComparison.Ordinal) && KeyIdText.TryParse(resource[4..], out _))
            return KeyReference.ById(account, region, resource[4..]);
        fault = resource.StartsWith("key/", StringComparison.Ordinal)
            ? Fault.NotFound($"Invalid keyId '{resource[4..]}'")
            : Fault.InvalidArn($"Invalid arn {text}");
        return null;
    }
}

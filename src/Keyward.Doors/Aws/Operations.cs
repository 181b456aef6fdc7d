using System.Collections.Frozen;
using Keyward.Doors.Aws.Kms;

namespace Keyward.Doors.Aws;

/// <summary>All operations that this door knows, by their names. A further group of them is one line here.</summary>
internal static class Operations
{
    public static readonly FrozenDictionary<string, Operation> All = new[]
    {
        KeyOperations.All, KeyListing.All, KeyStateOperations.All, AliasOperations.All, TagOperations.All,
        EncryptionOperations.All, DataKeyOperations.All, SigningOperations.All, MacOperations.All,
        RotationOperations.All, MultiRegionOperations.All, UsageOperations.All, ImportOperations.All,
        PolicyCalls.All, GrantCalls.All, CustomStoreOperations.All,
    }.SelectMany(group => group).ToFrozenDictionary(o => o.Name, StringComparer.Ordinal);
}

using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Tests.Models;

/// <summary>The one key that models of rights decide about.</summary>
internal static class ModelKey
{
    public static Key Of(KeyName name, DateTimeOffset created, PolicyState policy) => new()
    {
        Name = name,
        Id = new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
        Purpose = Purpose.EncryptDecrypt,
        Algorithm = Algorithm.Aes256Symmetric,
        ProtectionLevel = ProtectionLevel.Software,
        CreateTime = created,
        DestroyScheduledDuration = TimeSpan.FromDays(30),
        Policy = policy,
    };
}

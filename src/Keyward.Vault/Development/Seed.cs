using System.Collections.Immutable;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Development;

/// <summary>What a development server begins with, always the same. Its material and secrets stand in a file for all to
/// read, so nothing of it is secret.</summary>
internal sealed record Seed(
    IReadOnlyList<SeededProject> Projects, IReadOnlyList<SeededAccount> Accounts, IReadOnlyList<KeyRingName> Rings,
    IReadOnlyList<SeededKey> Keys, IReadOnlyList<FaultRule> Faults);

/// <param name="Account">Null for the next free number.</param>
internal sealed record SeededProject(ProjectId Id, string? Account);

internal sealed record SeededAccount(
    ProjectId Project, string Name, IReadOnlyList<SeededAccessKey> AccessKeys, IReadOnlyList<SeededKeyFile> KeyFiles,
    IReadOnlyList<SeededRole> Roles);

internal sealed record SeededAccessKey(string Id, byte[] Secret);

/// <param name="PublicKey">SubjectPublicKeyInfo.</param>
internal sealed record SeededKeyFile(string Id, byte[] PublicKey);

internal sealed record SeededRole(string Role, PolicyTarget On);

internal sealed record SeededKey(KeyName Name, Guid Id, Algorithm Algorithm)
{
    /// <summary>In order of their numbers.</summary>
    public IReadOnlyList<SeededVersion> Versions { get; init; } = [];

    /// <summary>Null for the newest that is enabled.</summary>
    public int? Primary { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Key.NoLabels;

    public TimeSpan? RotationPeriod { get; init; }

    public DateTimeOffset? NextRotationTime { get; init; }

    public TimeSpan? DestroyScheduledDuration { get; init; }

    public IReadOnlyList<string> Aliases { get; init; } = [];

    public string Description { get; init; } = "";

    public ImmutableSortedDictionary<string, string> Tags { get; init; } = Key.NoLabels;

    /// <summary>Its versions are imported; without any it waits for its material.</summary>
    public bool ImportOnly { get; init; }

    /// <summary>The locations of its replicas; null for a key of one location.</summary>
    public IReadOnlyList<LocationId>? Replicas { get; init; }

    /// <summary>The key's own policy document; null for none of its own.</summary>
    public string? Policy { get; init; }
}

/// <param name="Material">As an import takes it: raw bytes or PKCS#8.</param>
internal sealed record SeededVersion(byte[] Material, bool IsEnabled);

namespace Keyward.Vault.Keys;

/// <summary>A version's place in its life; the numbers are stored. <see cref="VersionLife"/> holds the
/// transitions.</summary>
public enum VersionState
{
    Unspecified = 0,
    Enabled = 1,
    Disabled = 2,

    /// <summary>The material is gone. Final, but for material that was imported: the same may be imported
    /// again.</summary>
    Destroyed = 3,
    DestroyScheduled = 4,

    /// <summary>Material came in and was not fit: nothing of it was kept.</summary>
    ImportFailed = 5,

    /// <summary>The material takes long to make, and is not there yet.</summary>
    PendingGeneration = 6,
}

/// <summary>What may happen to a version.</summary>
public enum VersionEvent
{
    Unspecified = 0,
    Enable = 1,
    Disable = 2,
    Destroy = 3,
    Restore = 4,

    /// <summary>The clock reached the time of destruction.</summary>
    Due = 5,

    /// <summary>The version goes, its number is never used again.</summary>
    Delete = 6,

    /// <summary>Material that was imported before and destroyed, or that was not fit, is brought in again.</summary>
    Reimport = 7,

    /// <summary>The material was made.</summary>
    Generated = 8,
}

/// <summary>The transitions of a version's state: this table is the whole truth, no code elsewhere decides one.
/// Source: Cloud KMS, "Key version states".</summary>
public static class VersionLife
{
    /// <summary>The state after an event, or null where it is not allowed. Enabling what is enabled and disabling
    /// what is
    /// disabled change nothing and are allowed, so that asking twice is safe.</summary>
    public static VersionState? After(VersionState state, VersionEvent what) => (state, what) switch
    {
        (VersionState.Enabled or VersionState.Disabled, VersionEvent.Enable) => VersionState.Enabled,
        (VersionState.Enabled or VersionState.Disabled, VersionEvent.Disable) => VersionState.Disabled,
        (VersionState.Enabled or VersionState.Disabled, VersionEvent.Destroy) => VersionState.DestroyScheduled,
        (VersionState.DestroyScheduled, VersionEvent.Restore) => VersionState.Disabled,
        (VersionState.DestroyScheduled, VersionEvent.Due) => VersionState.Destroyed,
        (VersionState.Destroyed, VersionEvent.Delete) => VersionState.Destroyed,
        (VersionState.Destroyed or VersionState.ImportFailed, VersionEvent.Reimport) => VersionState.Enabled,
        (VersionState.ImportFailed, VersionEvent.Delete) => VersionState.ImportFailed,
        (VersionState.PendingGeneration, VersionEvent.Generated) => VersionState.Enabled,
        _ => null,
    };
}

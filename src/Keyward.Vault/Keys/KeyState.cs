namespace Keyward.Vault.Keys;

/// <summary>A key's own state, above those of its versions: all of them rest while it is not enabled. The numbers are
/// stored. <see cref="KeyLife"/> holds the transitions.</summary>
public enum KeyState
{
    Unspecified = 0,
    Enabled = 1,
    Disabled = 2,
    PendingDeletion = 3,

    /// <summary>The primary of a multi-region set waits until its last replica is deleted; then its own time
    /// begins.</summary>
    PendingReplicaDeletion = 4,

    /// <summary>Final: versions, aliases and tags are gone, the name stays taken. Never stored: a deleted key has a
    /// time of deletion.</summary>
    Deleted = 5,
}

/// <summary>What may happen to a key as a whole.</summary>
public enum KeyEvent
{
    Unspecified = 0,
    Enable = 1,
    Disable = 2,
    ScheduleDeletion = 3,
    CancelDeletion = 4,

    /// <summary>The clock reached the time of deletion.</summary>
    Due = 5,
}

/// <summary>The transitions of a key's state: this table is the whole truth. Source: AWS KMS, "Key states". A cancelled
/// deletion leaves the key disabled.</summary>
public static class KeyLife
{
    public static KeyState? After(KeyState state, KeyEvent what) => (state, what) switch
    {
        (KeyState.Enabled or KeyState.Disabled, KeyEvent.Enable) => KeyState.Enabled,
        (KeyState.Enabled or KeyState.Disabled, KeyEvent.Disable) => KeyState.Disabled,
        (KeyState.Enabled or KeyState.Disabled, KeyEvent.ScheduleDeletion) => KeyState.PendingDeletion,
        (KeyState.PendingDeletion or KeyState.PendingReplicaDeletion, KeyEvent.CancelDeletion) => KeyState.Disabled,
        (KeyState.PendingDeletion, KeyEvent.Due) => KeyState.Deleted,
        _ => null,
    };
}

using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Vault.Keys;

/// <summary>The refusals that several operations on keys share.</summary>
internal static class KeyRefusals
{
    public static readonly Refusal BadId = new(RefusalReason.InvalidArgument,
        "An id has 1 to 63 characters: letters, digits, underscores and hyphens.");

    public static Refusal NotFound(object name) => new(RefusalReason.NotFound, $"{name} not found.", name.ToString());

    public static Refusal AlreadyExists(object name) =>
        new(RefusalReason.AlreadyExists, $"{name} already exists.", name.ToString());

    /// <summary>What is asked for lies in a location that is not served.</summary>
    public static Refusal UnknownLocation(LocationName location) => new(RefusalReason.NotFound,
        $"Location '{location.Location}' is not served by this deployment.", location.ToString());

    /// <summary>A location that is not served is named as a value of the request.</summary>
    public static Refusal BadLocation(LocationName location) =>
        UnknownLocation(location) with { Reason = RefusalReason.InvalidArgument };

    /// <summary>A version that is not enabled. Material that its owner brings may come again: that is waited
    /// for.</summary>
    public static Refusal NotEnabled(KeyVersion version, VersionState state) => new(
        version.Origin == VersionOrigin.Imported && state is VersionState.Destroyed or VersionState.ImportFailed
            ? RefusalReason.KeyPendingImport
            : RefusalReason.VersionNotEnabled,
        $"{version.Name} is not enabled, current state is: {Label(state)}.", version.FullName);

    /// <summary>A key that has no version to use: its owner has yet to bring one, or nobody has named one.</summary>
    public static Refusal NoPrimary(Key key) => new(
        key.ImportOnly ? RefusalReason.KeyPendingImport : RefusalReason.NoPrimaryVersion,
        $"{key.Name} has no primary version.", key.Name.ToString());

    public static Refusal PendingImport(Key key) =>
        new(RefusalReason.KeyPendingImport, $"{key.Name} is pending import.", key.Name.ToString());

    public static Refusal NotAllowed(VersionName version, VersionState state) => new(RefusalReason.TransitionNotAllowed,
        $"{version} does not allow this in its current state: {Label(state)}.", version.ToString());

    /// <summary>Why nothing may be done with the key's material at this moment; null if it may.</summary>
    public static Refusal? JudgeUse(Key key, DateTimeOffset now) =>
        key.State == KeyState.Enabled ? null : JudgeState(key, now) ?? Disabled(key);

    /// <summary>As before, of a key whose owner brings its material too.</summary>
    public static Refusal? JudgeUse(Storage.KeyEntry entry, DateTimeOffset now) => JudgeUse(entry.Key, now)
        ?? (KeyImports.IsIncomplete(entry, now) ? PendingImport(entry.Key) : null);

    /// <summary>Why a key that is about to go, or gone, cannot be changed; null if it can.</summary>
    public static Refusal? JudgeState(Key key, DateTimeOffset now) => key.StateAt(now) switch
    {
        KeyState.Enabled or KeyState.Disabled => null,
        KeyState.PendingDeletion or KeyState.PendingReplicaDeletion => new Refusal(
            RefusalReason.KeyPendingDeletion, $"{key.Name} is pending deletion.", key.Name.ToString()),
        KeyState.Deleted or KeyState.Unspecified => NotFound(key.Name),
    };

    public static Refusal Disabled(Key key) =>
        new(RefusalReason.KeyDisabled, $"{key.Name} is disabled.", key.Name.ToString());

    public static Refusal NotPendingDeletion(Key key) => new(RefusalReason.KeyNotPendingDeletion,
        $"{key.Name} is not pending deletion.", key.Name.ToString());

    public static string Label(KeyState state) => state switch
    {
        KeyState.Enabled => "ENABLED",
        KeyState.Disabled => "DISABLED",
        KeyState.PendingDeletion => "PENDING_DELETION",
        KeyState.PendingReplicaDeletion => "PENDING_REPLICA_DELETION",
        KeyState.Deleted => "DELETED",
        KeyState.Unspecified => "UNSPECIFIED",
    };
    public static Refusal Precondition(object name, string sentence) =>
        new(RefusalReason.TransitionNotAllowed, sentence, name.ToString());

    public static string Label(VersionState state) => state switch
    {
        VersionState.Enabled => "ENABLED",
        VersionState.Disabled => "DISABLED",
        VersionState.Destroyed => "DESTROYED",
        VersionState.DestroyScheduled => "DESTROY_SCHEDULED",
        VersionState.ImportFailed => "IMPORT_FAILED",
        VersionState.PendingGeneration => "PENDING_GENERATION",
        VersionState.Unspecified => "UNSPECIFIED",
    };
}

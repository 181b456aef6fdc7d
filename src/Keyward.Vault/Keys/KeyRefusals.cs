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

    public static Refusal UnknownLocation(LocationName location) => new(RefusalReason.InvalidArgument,
        $"Location '{location.Location}' is not served by this deployment.", location.ToString());

    public static Refusal NotEnabled(VersionName version, VersionState state) => new(RefusalReason.VersionNotEnabled,
        $"{version} is not enabled, current state is: {Label(state)}.", version.ToString());

    public static Refusal NotAllowed(VersionName version, VersionState state) => new(RefusalReason.TransitionNotAllowed,
        $"{version} does not allow this in its current state: {Label(state)}.", version.ToString());

    public static Refusal Precondition(object name, string sentence) =>
        new(RefusalReason.TransitionNotAllowed, sentence, name.ToString());

    public static string Label(VersionState state) => state switch
    {
        VersionState.Enabled => "ENABLED",
        VersionState.Disabled => "DISABLED",
        VersionState.Destroyed => "DESTROYED",
        VersionState.DestroyScheduled => "DESTROY_SCHEDULED",
        VersionState.ImportFailed => "IMPORT_FAILED",
        VersionState.Unspecified => "UNSPECIFIED",
    };
}

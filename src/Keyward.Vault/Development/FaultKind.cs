namespace Keyward.Vault.Development;

/// <summary>What a rehearsed fault looks like to its caller. Names are part of the outside.</summary>
public enum FaultKind
{
    Unspecified = 0,

    /// <summary>Late, and otherwise as it would be.</summary>
    Delay = 1,
    PermissionDenied = 2,
    Throttled = 3,
    Internal = 4,
    Unavailable = 5,
    KeyDisabled = 6,
}

public static class FaultKinds
{
    public static readonly IReadOnlyList<FaultKind> All =
        [.. Enum.GetValues<FaultKind>().Where(k => k != FaultKind.Unspecified)];

    public static string Name(this FaultKind kind) => kind switch
    {
        FaultKind.Delay => "delay",
        FaultKind.PermissionDenied => "403",
        FaultKind.Throttled => "429",
        FaultKind.Internal => "500",
        FaultKind.Unavailable => "503",
        FaultKind.KeyDisabled => "disabled-key",
        FaultKind.Unspecified => "",
    };

    public static bool TryParse(string name, out FaultKind kind)
    {
        kind = All.FirstOrDefault(k => k.Name() == name);
        return kind != FaultKind.Unspecified;
    }
}

using Keyward.Vault.Keys;

namespace Keyward.Tests.Vault.Keys;

public sealed class VersionLifeTests
{
    /// <summary>The whole table, written once more: state, event, what follows (nothing where it is refused).</summary>
    private static readonly Dictionary<(VersionState, VersionEvent), VersionState> Allowed = new()
    {
        [(VersionState.Enabled, VersionEvent.Enable)] = VersionState.Enabled,
        [(VersionState.Enabled, VersionEvent.Disable)] = VersionState.Disabled,
        [(VersionState.Enabled, VersionEvent.Destroy)] = VersionState.DestroyScheduled,
        [(VersionState.Disabled, VersionEvent.Enable)] = VersionState.Enabled,
        [(VersionState.Disabled, VersionEvent.Disable)] = VersionState.Disabled,
        [(VersionState.Disabled, VersionEvent.Destroy)] = VersionState.DestroyScheduled,
        [(VersionState.DestroyScheduled, VersionEvent.Restore)] = VersionState.Disabled,
        [(VersionState.DestroyScheduled, VersionEvent.Due)] = VersionState.Destroyed,
        [(VersionState.Destroyed, VersionEvent.Delete)] = VersionState.Destroyed,
        [(VersionState.Destroyed, VersionEvent.Reimport)] = VersionState.Enabled,
        [(VersionState.ImportFailed, VersionEvent.Reimport)] = VersionState.Enabled,
        [(VersionState.ImportFailed, VersionEvent.Delete)] = VersionState.ImportFailed,
        [(VersionState.PendingGeneration, VersionEvent.Generated)] = VersionState.Enabled,
    };

    [Fact]
    public void Every_transition_is_the_tables()
    {
        foreach (var state in Enum.GetValues<VersionState>())
            foreach (var what in Enum.GetValues<VersionEvent>())
                Assert.Equal(Allowed.TryGetValue((state, what), out var next) ? next : null, VersionLife.After(state, what));
    }

    [Fact]
    public void Nothing_but_the_same_material_leads_out_of_destroyed() => Assert.All(
        Enum.GetValues<VersionEvent>().Except([VersionEvent.Delete, VersionEvent.Reimport]), what => Assert.Null(VersionLife.After(VersionState.Destroyed, what)));
}

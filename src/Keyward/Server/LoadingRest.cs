namespace Keyward.Server;

/// <summary>What loading a large store left behind: rows that became keys. The collector would keep the room for as
/// long as the machine has it; it goes back at once, before anybody waits for an answer.</summary>
internal static class LoadingRest
{
    /// <summary>With fewer keys nothing is felt of it.</summary>
    private const int ManyKeys = 10_000;

    public static void GiveBack(VaultKeeper keeper)
    {
        if (keeper.Gate.Vault?.Snapshot.Keys.Skip(ManyKeys).Any() == true)
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
    }
}

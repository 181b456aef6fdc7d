using System.Globalization;
using System.Text;
using Keyward.Server.Settings;
using Keyward.Vault.Automation;
using Keyward.Vault.Development;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;

namespace Keyward.Server.Development;

/// <summary>A development server's own things, from its settings: made before the store is opened, sown before anything
/// is served.</summary>
internal sealed class DevSetup
{
    private DevSetup(SeedFile file, DevMode mode, TimeProvider world) => (File, Mode, World) = (file, mode, world);

    public SeedFile File { get; }

    public DevMode Mode { get; }

    /// <summary>The clock of the machine, by which certificates and callers' proofs live.</summary>
    public TimeProvider World { get; }

    /// <summary>Null where the settings ask for none.</summary>
    public static DevSetup? Of(ServerSettings settings, TimeProvider world)
    {
        if (!settings.IsDev) return null;
        if (settings.IsShared || settings.RootIsPassphrase)
            throw new StartException(
                "A development server has a store and a root key of its own, which it throws away.",
                "Leave out --storage and root, or leave out --dev.");
        var file = settings.DevSeed is { } path ? SeedFile.Read(path) : SeedFile.None;
        var start = settings.DevClock ?? file.Clock;
        if (start > DevClock.Latest)
            throw new StartException("The clock goes until the year 3000.", "Give an earlier time: --clock TIME");
        return new DevSetup(file, new DevMode(new DevClock(world, start)), world);
    }

    /// <summary>Puts the seed into the new store, and writes the key files that it gives.</summary>
    public async Task SowAsync(Gate gate, DataFolder folder, string address, CancellationToken cancellation)
    {
        var sown = await new JobCaller(gate, "seed").PassAsync("SowSeed", new SowSeed(File.Seed), cancellation)
            .ConfigureAwait(false);
        if (sown.Refusal is { } refusal) throw new StartException("The seed cannot be sown.\n" + refusal.Sentence);
        var snapshot = gate.Vault!.Snapshot;
        foreach (var file in File.KeyFiles)
        {
            var email = ServiceAccounts.EmailOf(snapshot.Deployment!, file.Project, file.Account);
            DataFolder.WriteSecret(folder.In($"credentials/{file.Account}.{file.Project}.{file.Id[..8]}.json"),
                AdminCredentials.KeyFile(file.Project.Value, file.Id, Encoding.ASCII.GetBytes(file.PrivateKeyPem),
                    email, snapshot.Accounts[email].UniqueId, address));
        }
    }

    /// <summary>Loud, so that nobody takes it for the real thing.</summary>
    public IEnumerable<string> Banner()
    {
        var (now, seed) = (Mode.Clock.GetUtcNow(), File.Seed);
        yield return "################################################################################";
        yield return "##                                                                            ##";
        yield return "##   DEVELOPMENT SERVER. Its keys are no secret, and its store is thrown      ##";
        yield return "##   away at the next start. Never put anything into it that matters.         ##";
        yield return "##                                                                            ##";
        yield return "################################################################################";
        yield return string.Create(CultureInfo.InvariantCulture,
            $"  clock {now:yyyy-MM-dd'T'HH:mm:ss'Z'}   keys {seed.Keys.Count}   " +
            $"accounts {seed.Accounts.Count}   faults {seed.Faults.Count}");
    }
}

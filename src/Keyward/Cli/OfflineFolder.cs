using Keyward.Server;
using Keyward.Server.Settings;
using Keyward.Vault.Storage;

namespace Keyward.Cli;

/// <summary>Work on a data folder while no server holds it, with the settings that a server there would have.</summary>
internal static class OfflineFolder
{
    public static async Task RunAsync(Session session, Func<DataFolder, ServerSettings, Task> work)
    {
        var reader = ServerCommands.Read(session);
        await ServerCommands.RefuseErrors(reader).ConfigureAwait(false);
        try
        {
            var settings = ServerSettings.Of(reader);
            using var folder = DataFolder.Open(settings.Data, SleeplessTime.Instance);
            await work(folder, settings).ConfigureAwait(false);
        }
        catch (StartException failure)
        {
            throw new FailedException(failure.Message, failure.Advice);
        }
        catch (Exception failure) when (failure is InvalidDataException or StoreUnavailableException)
        {
            throw new FailedException(failure.Message);
        }
    }
}

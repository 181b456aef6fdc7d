using System.CommandLine;
using Google.Cloud.Kms.V1;
using Keyward.Protos.V1;
using Keyward.Vault.Names;

namespace Keyward.Cli;

/// <summary><c>key enable</c>, <c>key disable</c>, <c>key delete</c>: the key's own switch.</summary>
internal static class KeySwitchCommands
{
    private static readonly Argument<string> KeyName = Commands.Name("key", "The key: short with --keyring, or full.");

    private static readonly Option<string?> Days = Commands.Text("--pending-days", "7…30",
        "Set the day on which the key goes, with all of its material; until then it is off.");

    private static readonly Option<bool> Cancel = Commands.Flag("--cancel", "Take the deletion back.");

    public static Command[] Build() =>
    [
        Commands.Make("enable", "Switch a key on.", ["keyward key enable orders --keyring shop"],
            "aws kms enable-key", async s => s.Output.Write(await s.Server.KeySwitches.EnableKeyAsync(
                Ask(s), cancellationToken: s.Cancellation)), KeyName, Names.KeyRing),
        Commands.Make("disable", "Switch a key off: no version of it is used, whatever its own state.",
            ["keyward key disable orders --keyring shop"], "aws kms disable-key",
            async s => s.Output.Write(await s.Server.KeySwitches.DisableKeyAsync(
                Ask(s), cancellationToken: s.Cancellation)), KeyName, Names.KeyRing),
        Commands.Make("delete",
            "Delete a key that has no versions left, or set the day on which a key goes, with all of its material.",
            ["keyward key delete orders --keyring shop",
             "keyward key delete orders --keyring shop --pending-days 7",
             "keyward key delete orders --keyring shop --cancel"],
            "gcloud kms keys delete; aws kms schedule-key-deletion", DeleteAsync, KeyName, Names.KeyRing, Days, Cancel),
    ];

    private static async Task DeleteAsync(Session session)
    {
        if (session.Get(Cancel))
        {
            session.Output.Write(await session.Server.KeySwitches.CancelKeyDeletionAsync(
                Ask(session), cancellationToken: session.Cancellation));
            return;
        }

        if (session.Get(Days) is not { } text)
        {
            session.Output.Write(await session.Server.Keys.DeleteCryptoKeyAsync(
                new DeleteCryptoKeyRequest { Name = Ask(session).Name }, cancellationToken: session.Cancellation));
            return;
        }

        if (!DecimalNumber.TryParse(text, out int days) || days == 0)
            throw new UsageException("--pending-days must be a number from 7 to 30.");
        session.Output.Write(await session.Server.KeySwitches.ScheduleKeyDeletionAsync(
            new ScheduleKeyDeletionRequest { Name = Ask(session).Name, PendingDays = days },
            cancellationToken: session.Cancellation));
    }

    private static KeySwitchRequest Ask(Session session) =>
        new() { Name = Names.KeyOf(session, session.Get(KeyName)) };
}

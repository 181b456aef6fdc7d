using System.CommandLine;
using Google.Cloud.Kms.V1;
using Keyward.Client;

namespace Keyward.Cli;

internal static class KeyRingCommands
{
    private static readonly Argument<string> Ring = Commands.Name("ring", "The key ring's id, or its full name.");
    private static readonly Option<string?> Filter = Commands.Text("--filter", "EXPRESSION", "Google's list filter.");
    private static readonly Option<string?> SortBy = Commands.Text("--sort-by", "FIELDS", "Fields with asc or desc.");

    internal static readonly Option<bool> IfNotExists = Commands.Flag(
        "--if-not-exists", "Succeed with the existing one if it is there already.");

    public static Command Build() => Commands.Group("keyring", "Key rings: groups of keys in one location.",
        Commands.Make("create", "Make a key ring.", ["keyward keyring create shop --location us-east-1"],
            "gcloud kms keyrings create", CreateAsync, Ring, IfNotExists),
        Commands.Make("list", "List the key rings of a location.", ["keyward keyring list --location us-east-1"],
            "gcloud kms keyrings list", ListAsync, Filter, SortBy),
        Commands.Make("describe", "Show a key ring.", ["keyward keyring describe shop --location us-east-1"],
            "gcloud kms keyrings describe",
            async s => s.Output.Write(await s.Server.Keys.GetKeyRingAsync(
                new GetKeyRingRequest { Name = Names.RingOf(s, s.Get(Ring)) }, cancellationToken: s.Cancellation)),
                    Ring))
        .WithAlias("keyrings");

    private static async Task CreateAsync(Session session)
    {
        var name = Names.RingOf(session, session.Get(Ring));
        var at = name.LastIndexOf("/keyRings/", StringComparison.Ordinal);
        var made = await Existing.OrMadeAsync(session, session.Get(IfNotExists),
            () => session.Server.Keys.CreateKeyRingAsync(new CreateKeyRingRequest
            {
                Parent = name[..at], KeyRingId = name[(at + "/keyRings/".Length)..], KeyRing = new KeyRing(),
            }, cancellationToken: session.Cancellation),
            () => session.Server.Keys.GetKeyRingAsync(
                new GetKeyRingRequest { Name = name }, cancellationToken: session.Cancellation)).ConfigureAwait(false);
        session.Output.Write(made);
        if (session.Settings.Location == "global")
            session.Note("In location global: AWS clients have no such region; name another by --location.");
    }

    private static async Task ListAsync(Session session)
    {
        var rings = await Existing.AllAsync(async token =>
            await session.Server.Keys.ListKeyRingsAsync(new ListKeyRingsRequest
        {
            Parent = Names.LocationOf(session), PageToken = token, Filter = session.Get(Filter) ?? "",
            OrderBy = session.Get(SortBy) ?? "", PageSize = 1_000,
        }, cancellationToken: session.Cancellation), page => page.KeyRings, page =>
            page.NextPageToken).ConfigureAwait(false);
        session.Output.WriteList(rings, "", "name", "createTime");
    }
}

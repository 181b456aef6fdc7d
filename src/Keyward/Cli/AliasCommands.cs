using System.CommandLine;
using Keyward.Protos.V1;

namespace Keyward.Cli;

internal static class AliasCommands
{
    private const string Prefix = "alias/";

    private static readonly Argument<string> Name = Commands.Name("alias", "The alias, with or without alias/.");

    private static readonly Option<string?> Target = Commands.Text("--target-key", "KEY",
        "The key that it names: short with --keyring, RING/KEY, or its full name.");

    private static readonly Option<int> Pinned = new("--key-version")
    {
        HelpName = "N", Description = "Pin it to this version of the key: uses by the alias go there.",
    };

    public static Command Build() => Commands.Group("alias", "Aliases: movable names of keys.",
        Commands.Make("create", "Name a key.", ["keyward alias create orders --target-key shop/orders"],
            "aws kms create-alias", async s => s.Output.Write(await s.Server.Aliases.CreateAliasAsync(
                Ask(s, Names.KeyOf(s, s.Get(Target))), cancellationToken: s.Cancellation)),
            Name, Target, Pinned, Names.KeyRing),
        Commands.Make("update", "Move an alias to another key, or pin it to a version.",
            ["keyward alias update orders --target-key shop/orders-2",
             "keyward alias update release --target-key shop/release --key-version 3"], "aws kms update-alias",
            async s => s.Output.Write(await s.Server.Aliases.MoveAliasAsync(
                Ask(s, Names.KeyOf(s, s.Get(Target))), cancellationToken: s.Cancellation)),
            Name, Target, Pinned, Names.KeyRing),
        Commands.Make("delete", "Take an alias away; its key stays.", ["keyward alias delete orders"],
            "aws kms delete-alias", DeleteAsync, Name),
        Commands.Make("list", "List the aliases of a location.", ["keyward alias list --location us-east-1"],
            "aws kms list-aliases", async s => s.Output.WriteList(await AllAsync(s).ConfigureAwait(false), "",
                "alias", "key", "version", "updateTime")));

    private static async Task DeleteAsync(Session session)
    {
        var alias = NameOf(session);
        var all = await AllAsync(session).ConfigureAwait(false);
        var found = all.FirstOrDefault(a => a.Alias_ == alias)
            ?? throw new FailedException($"There is no alias {alias} in {Names.LocationOf(session)}.",
                "keyward alias list");
        session.Output.Write(await session.Server.Aliases.DeleteAliasAsync(
            Ask(session, found.Key), cancellationToken: session.Cancellation));
    }

    private static async Task<IReadOnlyList<Alias>> AllAsync(Session session) =>
        [.. await Existing.AllAsync(async token => await session.Server.Aliases.ListAliasesAsync(
            new ListAliasesRequest { Parent = Names.LocationOf(session), PageToken = token, PageSize = 1_000 },
            cancellationToken: session.Cancellation), p => p.Aliases, p => p.NextPageToken).ConfigureAwait(false)];

    private static AliasRequest Ask(Session session, string key) =>
        new()
        {
            Parent = Names.LocationOf(session), Alias = NameOf(session), Key = key, Version = session.Get(Pinned),
        };

    private static string NameOf(Session session)
    {
        var name = session.Get(Name);
        return name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;
    }
}

using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;
using Keyward.Server.Settings;
using Keyward.Vault.Names;

namespace Keyward.Cli;

internal static class GrantCommands
{
    private static readonly Option<string?> Grantee = Commands.Text("--grantee", "PRINCIPAL",
        "Whom: serviceAccount:EMAIL, an e-mail, an ARN, or an account number.");

    private static readonly Option<string?> Retiring = Commands.Text("--retiring-principal", "PRINCIPAL",
        "Who may give the grant up.");

    private static readonly Option<string[]> Operations = new("--operations")
    {
        HelpName = "Encrypt,Decrypt", Description = "What it lets the grantee do; comma-separated.",
        AllowMultipleArgumentsPerToken = true,
    };

    private static readonly Option<string[]> Constraint = new("--constraint")
    {
        HelpName = "k=v", Description = "A pair that the encryption context must contain; repeatable.",
    };

    private static readonly Option<bool> Exact = Commands.Flag("--exact",
        "The context must be exactly the pairs of --constraint.");

    private static readonly Option<string?> ExpiresIn = Commands.Text("--expires-in", "12h",
        "How long the grant counts; without it until it is revoked.");

    private static readonly Option<string?> MaximumUses = Commands.Text("--max-uses", "N",
        "How often it may be used; without it as often as wanted.");

    private static readonly Option<string?> DisplayName = Commands.Text("--name", "NAME",
        "A name by which the same request gives the same grant again.");

    private static readonly Option<string?> Token = Commands.Text("--token", "TOKEN",
        "The grant's token, instead of its id.");

    private static readonly Argument<string> Id = Commands.Name("id", "The grant's id, or its full name.");

    private static readonly Argument<string?> OptionalId = new("id")
    {
        Description = "The grant's id, or its full name.", Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Build() => Commands.Group("grant", "Grants: rights on one key, handed to one principal.",
        Commands.Make("create", "Hand on some of your own rights on a key.",
            ["keyward grant create --key shop/invoices --grantee EMAIL --operations Encrypt,Decrypt --expires-in 12h",
             "keyward grant create --key shop/invoices --grantee EMAIL --operations Decrypt --constraint tenant=42"],
            "aws kms create-grant", CreateAsync, Names.Key, Names.KeyRing, Grantee, Operations, Constraint, Exact,
            Retiring, ExpiresIn, MaximumUses, DisplayName),
        Commands.Make("list", "List a key's grants, or those that a principal may give up.",
            ["keyward grant list --key shop/invoices", "keyward grant list --retiring-principal EMAIL"],
            "aws kms list-grants", ListAsync, Names.Key, Names.KeyRing, Grantee, Retiring),
        Commands.Make("revoke", "Take a grant away; what was made under it ends with it.",
            ["keyward grant revoke ID --key shop/invoices"], "aws kms revoke-grant",
            async s => s.Output.Write(await s.Server.Grants.RevokeGrantAsync(
                new RevokeGrantRequest { Name = NameOf(s, s.Get(Id)) }, cancellationToken: s.Cancellation)),
            Id, Names.Key, Names.KeyRing),
        Commands.Make("retire", "Give a grant up.",
            ["keyward grant retire ID --key shop/invoices", "keyward grant retire --token TOKEN"],
            "aws kms retire-grant", RetireAsync, OptionalId, Token, Names.Key, Names.KeyRing));

    private static async Task CreateAsync(Session session)
    {
        var operations = session.Get(Operations) ?? [];
        var request = new CreateGrantRequest
        {
            Parent = Names.KeyOf(session, session.Get(Names.Key)),
            Grantee = session.Get(Grantee) ?? throw new UsageException("The grantee is missing.",
                "Give it: --grantee serviceAccount:EMAIL"),
            RetiringPrincipal = session.Get(Retiring) ?? "",
            Operations = { operations.SelectMany(o => o.Split(',', StringSplitOptions.RemoveEmptyEntries)) },
            DisplayName = session.Get(DisplayName) ?? "",
        };
        if (session.Get(Constraint) is { Length: > 0 } pairs)
            request.Constraint = ConstraintOf(pairs, session.Get(Exact));
        if (session.Get(ExpiresIn) is { } lifetime)
            request.Lifetime = SettingTable.TryParseDuration(lifetime, out var span)
                ? span.ToDuration()
                : throw new UsageException("--expires-in must be a duration such as 12h.");
        if (session.Get(MaximumUses) is { } uses)
            request.MaximumUses = DecimalNumber.TryParse(uses, out long number)
                && number > 0 ? number : throw new UsageException("--max-uses must be a whole number above 0.");
        var made = await session.Server.Grants.CreateGrantAsync(request, cancellationToken: session.Cancellation);
        var result = Output.Json(made.Grant);
        result["token"] = made.Token;
        session.Output.Write(result);
        session.Note("The token is shown this once; AWS clients may pass it, and need not.");
    }

    private static GrantConstraint ConstraintOf(string[] pairs, bool exact)
    {
        var constraint = new GrantConstraint
        {
            Kind = exact ? GrantConstraint.Types.Kind.Equals : GrantConstraint.Types.Kind.Subset,
        };
        foreach (var pair in pairs)
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !constraint.Pairs.TryAdd(pair[..at], pair[(at + 1)..]))
                throw new UsageException("--constraint takes pairs NAME=VALUE, each name once.");
        }

        return constraint;
    }

    private static async Task ListAsync(Session session)
    {
        var key = session.Get(Names.Key);
        if (key is null && session.Get(Retiring) is null)
            throw new UsageException("The key is missing.", "Give it: --key KEY, or --retiring-principal EMAIL");
        var page = key is null
            ? await session.Server.Grants.ListRetirableGrantsAsync(new ListRetirableGrantsRequest
            {
                Parent = Names.LocationOf(session), RetiringPrincipal = session.Get(Retiring),
            }, cancellationToken: session.Cancellation)
            : await session.Server.Grants.ListGrantsAsync(new ListGrantsRequest
            {
                Parent = Names.KeyOf(session, key), Grantee = session.Get(Grantee) ?? "",
            }, cancellationToken: session.Cancellation);
        session.Output.WriteList(page.Grants, page.NextPageToken, "id", "grantee", "operations", "expireTime", "uses");
    }

    private static async Task RetireAsync(Session session)
    {
        var token = session.Get(Token);
        var id = session.Get(OptionalId);
        if ((token is null) == (id is null))
            throw new UsageException("Name the grant by its id and --key, or by --token.");
        var request = token is null
            ? new RetireGrantRequest { Name = NameOf(session, id!) }
            : new RetireGrantRequest { Token = token };
        session.Output.Write(await session.Server.Grants.RetireGrantAsync(request,
            cancellationToken: session.Cancellation));
    }

    private static string NameOf(Session session, string id) => id.Contains("/grants/", StringComparison.Ordinal)
        ? id
        : $"{Names.KeyOf(session, session.Get(Names.Key))}/grants/{id}";
}

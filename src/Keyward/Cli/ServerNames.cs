using System.CommandLine;
using System.CommandLine.Completions;
using System.Security.Cryptography;
using Google.Cloud.Kms.V1;
using Google.Cloud.Location;
using Grpc.Core;
using Keyward.Protos.V1;
using Keyward.Vault.Names;

namespace Keyward.Cli;

/// <summary>Names of what stands on the server, for shell completion: asked for by one list call, within a limit, and
/// silent on any error, since somebody is typing. Attached only where completions are asked for: help would ask the
/// server too.</summary>
internal static class ServerNames
{
    /// <summary>What a person waits for without noticing.</summary>
    private const int DefaultPatienceMilliseconds = 300;

    private const int MostNames = 200;

    private delegate IEnumerable<string> Ask(Session session, string typed, CallOptions call);

    public static void Attach(Command root)
    {
        // Options and arguments are shared by commands.
        var (options, arguments) = (new HashSet<Option>(), new HashSet<Argument>());
        Collect(root, options, arguments);
        foreach (var option in options)
            option.CompletionSources.Add(context => Find(context, OfOption(option)));
        foreach (var argument in arguments)
            argument.CompletionSources.Add(context =>
                Find(context, OfArgument(context.ParseResult.CommandResult.Command, argument)));
    }

    private static void Collect(Command command, HashSet<Option> options, HashSet<Argument> arguments)
    {
        options.UnionWith(command.Options);
        arguments.UnionWith(command.Arguments);
        foreach (var below in command.Subcommands) Collect(below, options, arguments);
    }

    private static Ask? OfOption(Option option) => option.Name switch
    {
        "--keyring" => Rings,
        "--key" => Keys,
        "--version" when option == Names.Version => Versions,
        "--location" => Locations,
        "--project" => Projects,
        "--service-account" => Accounts,
        _ => null,
    };

    /// <summary>Who makes something new has no use for the names of what is there.</summary>
    private static Ask? OfArgument(Command command, Argument argument) => command.Name is "create" or "import"
        ? null
        : (argument.Name, command.Parents.FirstOrDefault()?.Name) switch
        {
            ("ring", _) => Rings,
            ("key", _) => Keys,
            ("version", "version") => Versions,
            ("email", "service-account" or "access-key") => Accounts,
            _ => null,
        };

    private static IEnumerable<CompletionItem> Find(CompletionContext context, Ask? ask)
    {
        if (ask is null) return [];
        try
        {
            using var session = new Session(context.ParseResult, CancellationToken.None);
            var patience = DecimalNumber.TryParse(ClientSettings.Variable("KEYWARD_COMPLETION_MS"), out int given)
                ? given : DefaultPatienceMilliseconds;
            var call = new CallOptions(deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddMilliseconds(patience));
            return [.. ask(session, context.WordToComplete, call).Take(MostNames)
                .Where(n => n.StartsWith(context.WordToComplete, StringComparison.Ordinal))
                .Select(n => new CompletionItem(n))];
        }
        catch (Exception failure) when (failure is RpcException or FailedException or UsageException or IOException
            or UnauthorizedAccessException or CryptographicException or FormatException or InvalidOperationException)
        {
            return [];
        }
    }

    private static IEnumerable<string> Rings(Session session, string typed, CallOptions call) =>
        session.Server.Keys.ListKeyRings(
            new ListKeyRingsRequest { Parent = Names.LocationOf(session), PageSize = MostNames }, call)
            .KeyRings.Select(r => LastOf(r.Name));

    /// <summary>Short beside --keyring; else RING/KEY, the ring first.</summary>
    private static IEnumerable<string> Keys(Session session, string typed, CallOptions call)
    {
        var slash = typed.IndexOf('/', StringComparison.Ordinal);
        var ring = session.Get(Names.KeyRing);
        if (ring is null && slash < 0) return Rings(session, typed, call).Select(r => r + "/");
        var parent = Names.RingOf(session, ring ?? typed[..slash]);
        var keys = session.Server.Keys.ListCryptoKeys(
            new ListCryptoKeysRequest { Parent = parent, PageSize = MostNames }, call)
            .CryptoKeys.Select(k => LastOf(k.Name));
        return ring is null ? keys.Select(k => $"{typed[..slash]}/{k}") : keys;
    }

    private static IEnumerable<string> Versions(Session session, string typed, CallOptions call) =>
        session.Server.Keys.ListCryptoKeyVersions(new ListCryptoKeyVersionsRequest
        {
            Parent = Names.KeyOf(session, session.Get(Names.Key)), PageSize = MostNames,
        }, call).CryptoKeyVersions.Select(v => LastOf(v.Name));

    private static IEnumerable<string> Locations(Session session, string typed, CallOptions call) =>
        session.Server.Locations.ListLocations(
            new ListLocationsRequest { Name = "projects/" + session.Settings.Project }, call)
            .Locations.Select(l => l.LocationId);

    private static IEnumerable<string> Projects(Session session, string typed, CallOptions call) =>
        session.Server.Projects.ListProjects(new ListProjectsRequest(), call).Projects.Select(p => p.Id);

    private static IEnumerable<string> Accounts(Session session, string typed, CallOptions call) =>
        session.Server.ServiceAccounts.ListServiceAccounts(
            new ListServiceAccountsRequest { Parent = "projects/" + session.Settings.Project }, call)
            .ServiceAccounts.Select(a => a.Email);

    private static string LastOf(string name) => name[(name.LastIndexOf('/') + 1)..];
}

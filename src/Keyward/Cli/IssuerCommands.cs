using System.CommandLine;
using Keyward.Protos.V1;

namespace Keyward.Cli;

internal static class IssuerCommands
{
    private static readonly Argument<string> Id = Commands.Name("id", "The issuer's short name.");

    private static readonly Option<string?> IssuerUri = Commands.Text("--issuer-uri", "https://…",
        "The exact value of iss in its tokens.");

    private static readonly Option<string[]> Audience = Many("--audience", "TEXT",
        "An exact value of aud; without one the issuer's own full name is expected.");

    private static readonly Option<string[]> Attribute = Many("--attribute", "NAME[=CLAIM]",
        "Keep this claim as an attribute of who comes (repository, namespace=kubernetes.io/namespace).");

    private static readonly Option<string[]> Condition = Many("--condition", "CLAIM=VALUE",
        "Take only tokens with this claim; the same claim again allows another value.");

    private static readonly Option<string[]> Algorithm = Many("--algorithm", "RS256",
        "A signature algorithm that it uses; without one RS256 and ES256.");

    private static readonly Option<string?> KeysUri = Commands.Text("--jwks-uri", "https://…",
        "Where its keys are, if they lie on another host than the issuer.");

    private static readonly Option<string?> KeysFile = Commands.Text("--jwks-file", "FILE",
        "Its keys (JWKS), given once instead of fetched.");

    private static readonly Option<bool> Shared = Commands.Flag("--shared",
        "It vouches for others too: demand a condition, as is done for known CI systems.");

    public static Command Build() => Commands.Group("issuer",
        "Issuers (OIDC): whose tokens are exchanged for short ones of ours.",
        Commands.Make("add", "Trust an issuer.",
            ["keyward issuer add github --issuer-uri https://token.actions.githubusercontent.com " +
                "--attribute repository --condition repository_owner=acme",
                "keyward issuer add prod-cluster --issuer-uri https://k8s.example --attribute " +
                "namespace=kubernetes.io/namespace"],
            "gcloud iam workload-identity-pools providers create-oidc", AddAsync, Id, IssuerUri, Audience, Attribute,
            Condition, Algorithm, KeysUri, KeysFile, Shared),
        Commands.Make("list", "List the issuers, and how it stands with their keys.", ["keyward issuer list"],
            "gcloud iam workload-identity-pools list", async s => s.Output.WriteList(
                (await s.Server.Issuers.ListIssuersAsync(new ListIssuersRequest(),
                    cancellationToken: s.Cancellation)).Issuers,
                "", "name", "issuerUri", "project", "keysTime", "lastError")),
        Commands.Make("remove", "Trust an issuer no longer, from the next request on.",
            ["keyward issuer remove github"], "gcloud iam workload-identity-pools delete",
            async s => s.Output.Write(await s.Server.Issuers.RemoveIssuerAsync(
                new RemoveIssuerRequest { Name = "issuers/" + s.Get(Id) }, cancellationToken: s.Cancellation)), Id));

    private static async Task AddAsync(Session session)
    {
        var request = new AddIssuerRequest
        {
            Id = session.Get(Id),
            Project = session.Settings.Project,
            IssuerUri = session.Get(IssuerUri)
                ?? throw new UsageException("The issuer is missing.", "Give it: --issuer-uri https://…"),
            Audiences = { session.Get(Audience) },
            Algorithms = { session.Get(Algorithm) },
            KeysUri = session.Get(KeysUri) ?? "",
            Shared = session.Get(Shared),
        };
        if (session.Get(KeysFile) is { } file)
            request.Keys = await File.ReadAllTextAsync(file, session.Cancellation).ConfigureAwait(false);
        foreach (var attribute in session.Get(Attribute))
        {
            var parts = attribute.Split('=', 2);
            request.Attributes[parts[0]] = parts.Length > 1 ? parts[1] : parts[0];
        }

        foreach (var values in session.Get(Condition).Select(Pair).GroupBy(p => p.Claim, p => p.Value))
            request.Conditions.Add(new ClaimCondition { Claim = values.Key, Values = { values } });
        session.Output.Write(await session.Server.Issuers.AddIssuerAsync(
            request, cancellationToken: session.Cancellation));
    }

    private static (string Claim, string Value) Pair(string text) => text.Split('=', 2) is [var claim, var value]
        ? (claim, value)
        : throw new UsageException("--condition has the form CLAIM=VALUE.");

    private static Option<string[]> Many(string name, string help, string description) =>
        new(name) { HelpName = help, Description = description, DefaultValueFactory = _ => [] };
}

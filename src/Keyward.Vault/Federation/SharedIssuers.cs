namespace Keyward.Vault.Federation;

/// <summary>Issuers that vouch for everybody: who has an account there gets a token. To trust one without a condition
/// on its claims is to let in the world.</summary>
internal static class SharedIssuers
{
    private static readonly string[] Hosts =
    [
        "token.actions.githubusercontent.com", "gitlab.com", "accounts.google.com", "oidc.circleci.com",
        "agent.buildkite.com", "api.bitbucket.org", "app.terraform.io", "oidc.vercel.com", "vstoken.dev.azure.com",
        "login.microsoftonline.com", "sts.windows.net", "container.googleapis.com", "appleid.apple.com",
        "token.actions.ghe.com", "api.pulumi.com", "api.fly.io", "oidc.fly.io", "oidc.codefresh.io", "api.spacelift.io",
    ];

    public static bool Includes(string issuerUri) =>
        System.Uri.TryCreate(issuerUri, UriKind.Absolute, out var uri)
        && Hosts.Any(h => uri.IdnHost == h || uri.IdnHost.EndsWith("." + h, StringComparison.Ordinal));
}

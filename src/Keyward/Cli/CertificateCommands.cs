using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;
using Keyward.Server.Settings;

namespace Keyward.Cli;

/// <summary>TLS client certificates by which accounts come.</summary>
internal static class CertificateCommands
{
    private static readonly Argument<string> Id = Commands.Name("id", "The mapping's id.");
    private static readonly Option<string?> Account = Commands.Text("--service-account", "EMAIL", "The account.");
    private static readonly Option<string?> Authorities = Commands.Text("--authorities", "FILE",
        "PEM file of the CAs that vouch for the certificate, the root among them.");
    private static readonly Option<string?> Certificate = Commands.Text("--certificate", "FILE",
        "PEM file of the certificate whose key is recognised.");
    private static readonly Option<string?> Uri = Commands.Text("--uri", "URI",
        "The URI among the certificate's alternative names that is recognised.");
    private static readonly Option<string?> ExpiresIn = Commands.Text("--expires-in", "90d",
        "How long the mapping holds.");

    public static Command Build() => Commands.Group("certificate", "TLS client certificates by which accounts come.",
        Commands.Make("add", "Let an account come by one certificate's key, or by a URI that a CA vouches for.",
            [
                "keyward certificate add --service-account EMAIL --authorities ca.pem --certificate client.pem",
                "keyward certificate add --service-account EMAIL --authorities ca.pem --uri spiffe://acme/web",
            ], null, AddAsync, Account, Authorities, Certificate, Uri, ExpiresIn),
        Commands.Make("list", "List an account's certificates.",
            ["keyward certificate list --service-account EMAIL"], null, ListAsync, Account),
        Commands.Make("revoke", "Refuse a certificate from the next request on.",
            ["keyward certificate revoke ID --service-account EMAIL"], null, RevokeAsync, Id, Account));

    private static async Task AddAsync(Session session)
    {
        var request = new AddCertificateRequest
        {
            Email = Required(session),
            AuthoritiesPem = await ReadAsync(session, session.Get(Authorities) ?? throw new UsageException(
                "The authorities are missing.", "Give them: --authorities FILE")).ConfigureAwait(false),
            Uri = session.Get(Uri) ?? "",
        };
        if (session.Get(Certificate) is { } file)
            request.CertificatePem = await ReadAsync(session, file).ConfigureAwait(false);
        if (session.Get(ExpiresIn) is { } lifetime)
            request.Lifetime = SettingTable.TryParseDuration(lifetime, out var span)
                ? span.ToDuration()
                : throw new UsageException("--expires-in must be a duration such as 90d.");
        session.Output.Write(await session.Server.ServiceAccounts.AddCertificateAsync(
            request, cancellationToken: session.Cancellation));
    }

    private static async Task ListAsync(Session session) => session.Output.WriteList(
        (await session.Server.ServiceAccounts.ListCredentialsAsync(
            new ListCredentialsRequest { Email = Required(session), Kind = CredentialKind.Certificate },
            cancellationToken: session.Cancellation)).Credentials,
        "", "id", "recognisedBy", "state", "createTime", "expireTime", "lastUseTime");

    private static async Task RevokeAsync(Session session) => session.Output.Write(
        await session.Server.ServiceAccounts.SetCredentialStateAsync(new SetCredentialStateRequest
        {
            Email = Required(session), Id = session.Get(Id), State = State.Revoked,
        }, cancellationToken: session.Cancellation));

    private static async Task<string> ReadAsync(Session session, string file)
    {
        try
        {
            return await File.ReadAllTextAsync(file, session.Cancellation).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new FailedException($"{file} cannot be read: {failure.Message}");
        }
    }

    private static string Required(Session session) =>
        session.Get(Account) ?? throw new UsageException("The account is missing.", "Give it: --service-account EMAIL");
}

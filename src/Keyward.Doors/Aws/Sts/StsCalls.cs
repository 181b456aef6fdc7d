using System.Globalization;
using System.Text;
using System.Xml;
using Keyward.Doors.Aws.Signature;
using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Federation;
using Keyward.Vault.Gate;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Microsoft.AspNetCore.Http;

namespace Keyward.Doors.Aws.Sts;

/// <summary>AWS STS on the same port: who the caller is, and temporary access keys that act as a service account, which
/// is a role here. Every call leaves one record.</summary>
internal sealed class StsCalls(Gate gate)
{
    private const string Service = "sts";
    private const string FormType = "application/x-www-form-urlencoded";
    private const string WebIdentity = "AssumeRoleWithWebIdentity";

    private static readonly string[] OfWebIdentity = ["WebIdentityToken", "ProviderId"];

    public static bool IsOurs(HttpRequest request) => request.Headers["X-Amz-Target"].Count == 0
        && request.ContentType?.StartsWith(FormType, StringComparison.OrdinalIgnoreCase) == true;

    public async Task ServeAsync(HttpContext context, Arrival arrival, byte[] body, Fault? broken)
    {
        var form = broken is null ? StsForm.Read(body) : null;
        var action = form?.GetValueOrDefault("Action");
        arrival.Method = action is "GetCallerIdentity" or "AssumeRole" or WebIdentity ? action : "Unknown";
        if (broken is not null) await RefuseAsync(context, arrival, null, broken).ConfigureAwait(false);
        else if (form is null)
            await RefuseAsync(context, arrival, null, StsFaults.Invalid("The form is malformed."))
                .ConfigureAwait(false);
        else if (action == WebIdentity) await AssumeByTokenAsync(context, arrival, form).ConfigureAwait(false);
        else await ServeSignedAsync(context, arrival, body, form, action).ConfigureAwait(false);
    }

    private async Task ServeSignedAsync(
        HttpContext context, Arrival arrival, byte[] body, Dictionary<string, string> form, string? action)
    {
        var proof = SignedCall.Read(context.Request, body, Service, out var scope, out var fault);
        if (proof is null)
        {
            await RefuseAsync(context, arrival, null, StsFaults.OfSignature(fault!)).ConfigureAwait(false);
            return;
        }

        if (!LocationId.TryParse(scope.Region, out var region) || !gate.Settings.Locations.Contains(region.Value))
            fault = StsFaults.OfSignature(Fault.Signature("Credential should be scoped to a valid region."));
        Caller? caller = null;
        if (fault is null && !gate.Identify(arrival, proof).TryGet(out caller, out var refusal))
            fault = StsFaults.Show(refusal);
        if (fault is not null) await RefuseAsync(context, arrival, null, fault).ConfigureAwait(false);
        else if (action == "GetCallerIdentity")
            await ShowCallerAsync(context, arrival, caller!).ConfigureAwait(false);
        else if (action == "AssumeRole") await AssumeAsync(context, arrival, caller!, form).ConfigureAwait(false);
        else await RefuseAsync(context, arrival, caller, StsFaults.NoAction(action)).ConfigureAwait(false);
    }

    private async Task ShowCallerAsync(HttpContext context, Arrival arrival, Caller caller)
    {
        var outcome = await gate.PassAsync(arrival, caller, new WhoAmI(), context.RequestAborted)
            .ConfigureAwait(false);
        if (!outcome.TryGet(out _, out var refusal))
        {
            await StsReply.WriteAsync(context, IdOf(arrival), StsFaults.Show(refusal)).ConfigureAwait(false);
            return;
        }

        var account = AccountOf(caller);
        await StsReply.WriteAsync(context, IdOf(arrival), "GetCallerIdentity", xml =>
        {
            xml.WriteElementString("Arn", Arns.OfCaller(caller, account));
            xml.WriteElementString("UserId",
                caller.SessionName is { } session ? $"{caller.UniqueId}:{session}" : caller.UniqueId);
            xml.WriteElementString("Account", account);
        }).ConfigureAwait(false);
    }

    private async Task AssumeAsync(
        HttpContext context, Arrival arrival, Caller caller, Dictionary<string, string> form)
    {
        if (AssumeRequest.Read(form, [], out var fault) is not { } request)
        {
            await RefuseAsync(context, arrival, caller, fault!).ConfigureAwait(false);
            return;
        }

        var denied = StsFaults.Denied($"User: {Arns.OfCaller(caller, AccountOf(caller))} is not authorized to " +
            $"perform: sts:AssumeRole on resource: {request.RoleArn}");
        await AssumeAsync(context, arrival, caller, request, denied, "AssumeRole", null).ConfigureAwait(false);
    }

    /// <summary>A workload shows a token of an issuer that this deployment trusts, and signs nothing.</summary>
    private async Task AssumeByTokenAsync(HttpContext context, Arrival arrival, Dictionary<string, string> form)
    {
        var request = AssumeRequest.Read(form, OfWebIdentity, out var fault);
        if (form.GetValueOrDefault("WebIdentityToken") is not { Length: > 0 } token)
            fault ??= StsFaults.Invalid("1 validation error detected: Value null at 'webIdentityToken' failed to " +
                "satisfy constraint: Member must not be null");
        else if (fault is null)
        {
            var judged = await gate.IdentifyAsync(arrival, new FederatedProof(token, null), context.RequestAborted)
                .ConfigureAwait(false);
            if (judged.TryGet(out var exchanged, out var refusal))
            {
                await AssumeAsync(context, arrival, exchanged.Caller, request!, StsFaults.Denied(
                    "Not authorized to perform sts:AssumeRoleWithWebIdentity"), WebIdentity, exchanged)
                    .ConfigureAwait(false);
                return;
            }

            fault = refusal.Reason == RefusalReason.Unauthenticated
                ? new Fault("InvalidIdentityToken", "The web identity token could not be validated.", refusal.Reason)
                : StsFaults.Show(refusal);
        }

        await RefuseAsync(context, arrival, null, fault!).ConfigureAwait(false);
    }

    private async Task AssumeAsync(HttpContext context, Arrival arrival, Caller caller, AssumeRequest request,
        Fault denied, string operation, ExchangedCaller? vouchedFor)
    {
        if (gate.EmailOf(request.RoleArn) is not { } email)
        {
            await RefuseAsync(context, arrival, caller, denied).ConfigureAwait(false);
            return;
        }

        var outcome = await gate.PassAsync(arrival, caller, new AssumeAccount(
            email, request.SessionName, request.Lifetime) { Policy = request.Policy, Latest = vouchedFor?.Expires },
            context.RequestAborted).ConfigureAwait(false);
        if (!outcome.TryGet(out var session, out var refusal))
        {
            await StsReply.WriteAsync(context, IdOf(arrival), refusal.Reason is RefusalReason.PermissionDenied
                or RefusalReason.NotFound ? denied : StsFaults.Show(refusal)).ConfigureAwait(false);
            return;
        }

        using (session)
            await StsReply.WriteAsync(context, IdOf(arrival), operation, xml =>
            {
                Write(xml, session, request);
                if (vouchedFor is null) return;
                xml.WriteElementString("SubjectFromWebIdentityToken", vouchedFor.Caller.UniqueId);
                xml.WriteElementString("Provider", vouchedFor.Issuer);
                xml.WriteElementString("Audience", vouchedFor.Audience);
            }).ConfigureAwait(false);
    }

    private void Write(XmlWriter xml, SessionCredential session, AssumeRequest request)
    {
        var account = gate.AccountOf(session.Account.Project) ?? "";
        xml.WriteStartElement("AssumedRoleUser");
        xml.WriteElementString("AssumedRoleId", $"{session.Account.UniqueId}:{request.SessionName}");
        xml.WriteElementString("Arn", Arns.OfSession(account, session.Account.Name, request.SessionName));
        xml.WriteEndElement();
        xml.WriteStartElement("Credentials");
        xml.WriteElementString("AccessKeyId", session.KeyId);
        xml.WriteElementString("SecretAccessKey", Encoding.ASCII.GetString(session.Secret.Span));
        xml.WriteElementString("SessionToken", session.Token);
        xml.WriteElementString("Expiration",
            session.Expires.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
        xml.WriteEndElement();
        if (request.Policy.Length > 0)
            xml.WriteElementString("PackedPolicySize", (100 * request.Policy.Length
                / AssumeAccount.MaximumPolicyLength).ToString(CultureInfo.InvariantCulture));
    }

    private async Task RefuseAsync(HttpContext context, Arrival arrival, Caller? caller, Fault fault)
    {
        var refusal = fault.ToRefusal();
        var recorded = await gate.RefuseAsync(arrival, caller, refusal).ConfigureAwait(false);
        await StsReply.WriteAsync(context, IdOf(arrival),
            recorded.Reason == refusal.Reason ? fault : StsFaults.Show(recorded)).ConfigureAwait(false);
    }

    private string AccountOf(Caller caller) => caller.Project is { } project ? gate.AccountOf(project) ?? "" : "";

    private static string IdOf(Arrival arrival) => Reply.RequestIdOf(arrival);
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>Questions of rights: why a call was decided as it was, whether somebody may, who may.</summary>
internal static class QuestionCommands
{
    private static readonly Argument<string?> Id = new("id")
    {
        Description = "The id of a recorded call, or its receipt.", Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> Principal = Commands.Text("--principal", "MEMBER",
        "Who, such as serviceAccount:EMAIL or an ARN; without it yourself.");

    private static readonly Option<string?> Permission = Commands.Text("--permission", "PERMISSION",
        "Such as cloudkms.cryptoKeyVersions.useToEncrypt or kms:Encrypt; keyward role describe ROLE lists them.");

    private static readonly Option<string?> On = Commands.Text("--resource", "RESOURCE",
        "The full name of a project, location, key ring, key, version or import job; a key's ARN; or deployment.");

    private static readonly Argument<string> Resource = Commands.Name("resource",
        "The full name of a project, location, key ring, key, version or import job; a key's ARN; or deployment.");

    public static Command BuildExplain() => Commands.Make("explain",
        "Say why a recorded call was decided as it was, or how a call would be.",
        ["keyward policy explain REQUEST-ID",
         "keyward policy explain --principal serviceAccount:EMAIL --permission " +
         "cloudkms.cryptoKeyVersions.useToEncrypt --resource projects/default"],
        "gcloud policy-troubleshoot iam", ExplainAsync, Id, Principal, Permission, On);

    public static Command BuildCheck() => Commands.Make("check",
        "Ask whether somebody may do something; exit code 1 if not.",
        ["keyward policy check --principal serviceAccount:EMAIL --permission " +
         "cloudkms.cryptoKeyVersions.useToDecrypt --resource projects/default"],
        "gcloud policy-troubleshoot iam", CheckAsync, Principal, Permission, On);

    public static Command BuildWhoCan() => Commands.Make("who-can", "List who may do something on a resource.",
        ["keyward policy who-can projects/default --permission cloudkms.cryptoKeyVersions.useToDecrypt"],
        "gcloud asset analyze-iam-policy", async s => s.Output.WriteList(
            (await s.Server.Access.WhoCanAsync(new WhoCanRequest
            {
                Permission = Needed(s, Permission, "--permission"), Resource = s.Get(Resource),
            }, cancellationToken: s.Cancellation)).Entitled, "", "member", "always", "rule", "through"),
        Resource, Permission);

    private static async Task ExplainAsync(Session session)
    {
        if (session.Get(Id) is not { } id)
        {
            session.Output.Write(Shown(await AskAsync(session).ConfigureAwait(false)));
            return;
        }

        var call = await session.Server.Access.ExplainCallAsync(
            new ExplainCallRequest { Id = id }, cancellationToken: session.Cancellation);
        var result = Output.Json(call);
        if (call.Then is { } then) result["then"] = Shown(then);
        if (call.Now is { } now) result["now"] = Shown(now);
        session.Output.Write(result);
    }

    /// <summary>Proto3 JSON leaves false out; here it is the answer.</summary>
    private static JsonObject Shown(Explanation explanation)
    {
        var result = Output.Json(explanation);
        result["allowed"] = explanation.Allowed;
        return result;
    }

    private static async Task CheckAsync(Session session)
    {
        var explanation = await AskAsync(session).ConfigureAwait(false);
        session.Output.Write(Shown(explanation));
        if (!explanation.Allowed)
            throw new FailedException(
                $"{explanation.Principal} may not {explanation.Permission} on {explanation.Resource}.");
    }

    private static async Task<Explanation> AskAsync(Session session) =>
        await session.Server.Access.ExplainAccessAsync(new ExplainAccessRequest
        {
            Principal = session.Get(Principal) ?? "",
            Permission = Needed(session, Permission, "--permission"),
            Resource = Needed(session, On, "--resource"),
        }, cancellationToken: session.Cancellation);

    private static string Needed(Session session, Option<string?> option, string name) =>
        session.Get(option) ?? throw new UsageException($"{name} is missing.");
}

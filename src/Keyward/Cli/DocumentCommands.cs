using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>Policies in AWS's language: <c>policy key …</c> and <c>policy identity …</c>.</summary>
internal static class DocumentCommands
{
    private static readonly Argument<string> FileName = Commands.Name("file",
        "The JSON document; - for standard input.");

    private static readonly Argument<string> Email = Commands.Name("email", "The service account's e-mail.");

    private static readonly Argument<string> PolicyName = Commands.Name("name", "The policy's name.");

    private static readonly Option<bool> Bypass = Commands.Flag("--bypass-lockout-check",
        "Put the policy even if you could not change it again.");

    public static Command BuildKey() => Commands.Group("key", "A key's own policy, in AWS's language.",
        Commands.Make("show", "Show a key's policy document.", ["keyward policy key show --key shop/invoices"],
            "aws kms get-key-policy", async s => Write(s, await s.Server.Documents.GetKeyPolicyAsync(
                new GetKeyPolicyRequest { Key = Names.KeyOf(s, s.Get(Names.Key)) },
                cancellationToken: s.Cancellation)), Names.Key, Names.KeyRing),
        Commands.Make("set", "Replace a key's policy document.",
            ["keyward policy key set policy.json --key shop/invoices"], "aws kms put-key-policy",
            async s => Write(s, await s.Server.Documents.SetKeyPolicyAsync(new SetKeyPolicyRequest
            {
                Key = Names.KeyOf(s, s.Get(Names.Key)), Document = Read(s), BypassLockoutCheck = s.Get(Bypass),
            }, cancellationToken: s.Cancellation)), FileName, Bypass, Names.Key, Names.KeyRing));

    public static Command BuildIdentity() => Commands.Group("identity",
        "Policies of service accounts, in AWS's language.",
        Commands.Make("list", "List an account's policies.", ["keyward policy identity list EMAIL"],
            "aws iam list-user-policies", async s => WriteNames(s, await s.Server.Documents.ListIdentityPoliciesAsync(
                new ListIdentityPoliciesRequest { Email = s.Get(Email) }, cancellationToken: s.Cancellation)), Email),
        Commands.Make("show", "Show a policy of an account.", ["keyward policy identity show EMAIL NAME"],
            "aws iam get-user-policy", async s => s.Output.Write(await s.Server.Documents.GetIdentityPolicyAsync(
                new GetIdentityPolicyRequest { Email = s.Get(Email), Name = s.Get(PolicyName) },
                cancellationToken: s.Cancellation)), Email, PolicyName),
        Commands.Make("set", "Put a policy on an account, or replace it.",
            ["keyward policy identity set EMAIL use-invoices policy.json"], "aws iam put-user-policy",
            async s => s.Output.Write(await s.Server.Documents.SetIdentityPolicyAsync(new SetIdentityPolicyRequest
            {
                Email = s.Get(Email), Name = s.Get(PolicyName), Document = Read(s),
            }, cancellationToken: s.Cancellation)), Email, PolicyName, FileName),
        Commands.Make("delete", "Take a policy from an account.", ["keyward policy identity delete EMAIL NAME"],
            "aws iam delete-user-policy", async s => WriteNames(s, await s.Server.Documents.DeleteIdentityPolicyAsync(
                new DeleteIdentityPolicyRequest { Email = s.Get(Email), Name = s.Get(PolicyName) },
                cancellationToken: s.Cancellation)), Email, PolicyName));

    private static string Read(Session session) =>
        Encoding.UTF8.GetString(ByteFiles.Read(session.Get(FileName), "FILE", false));

    private static void Write(Session session, KeyPolicy policy) => session.Output.Write(policy);

    private static void WriteNames(Session session, ListIdentityPoliciesResponse response) =>
        session.Output.WriteList(response.Names.Select(name => new JsonObject { ["name"] = name }), "", "name");
}

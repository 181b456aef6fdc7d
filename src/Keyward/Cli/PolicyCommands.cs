using System.CommandLine;
using System.Text.Json.Nodes;
using Google.Cloud.Iam.V1;
using Google.Protobuf;

namespace Keyward.Cli;

internal static class PolicyCommands
{
    private static readonly Argument<string> Resource = Commands.Name(
        "resource", "The Google resource name of a project, key ring or key.");

    private static readonly Argument<string> FileName = Commands.Name("file",
        "The policy as JSON; - for standard input.");
    private static readonly Option<string> Member = new("--member")
    {
        HelpName = "MEMBER", Required = true, Description = "serviceAccount:EMAIL, or another member.",
    };

    private static readonly Option<string> Role = new("--role")
    {
        HelpName = "ROLE", Required = true, Description = "Such as roles/cloudkms.cryptoKeyEncrypterDecrypter.",
    };

    public static Command Build() => Commands.Group("policy", "Policies: who may do what, and where.",
        Commands.Make("add", "Grant a role to a member.",
            ["keyward policy add projects/default/locations/us-east-1/keyRings/shop --member serviceAccount:EMAIL " +
             "--role roles/cloudkms.viewer"], "gcloud kms keys add-iam-policy-binding", s =>
                 ChangeAsync(s, Add), Resource, Member, Role),
        Commands.Make("remove", "Take a role from a member.",
            ["keyward policy remove projects/default --member serviceAccount:EMAIL --role roles/owner"],
            "gcloud kms keys remove-iam-policy-binding", s => ChangeAsync(s, Remove), Resource, Member, Role),
        Commands.Make("show", "Show a resource's own policy.", ["keyward policy show projects/default"],
            "gcloud kms keys get-iam-policy", async s => s.Output.Write(await GetAsync(s)), Resource),
        Commands.Make("set", "Replace a policy by one that was read before and carries its etag.",
            ["keyward policy show projects/default > p.json", "keyward policy set projects/default p.json"],
            "gcloud kms keys set-iam-policy", SetAsync, Resource, FileName),
        DocumentCommands.BuildKey(), DocumentCommands.BuildIdentity());

    private static async Task<Policy> GetAsync(Session session) => await session.Server.Policies.GetIamPolicyAsync(
        new GetIamPolicyRequest { Resource = session.Get(Resource) }, cancellationToken: session.Cancellation);

    /// <summary>Read, change, write with the etag; once more if somebody was faster.</summary>
    private static async Task ChangeAsync(Session session, Func<Policy, string, string, bool> change)
    {
        const int tries = 5;
        for (var attempt = 1; ; attempt++)
        {
            var policy = await GetAsync(session).ConfigureAwait(false);
            var changed = change(policy, session.Get(Role), session.Get(Member));
            try
            {
                if (changed)
                    policy = await session.Server.Policies.SetIamPolicyAsync(
                        new SetIamPolicyRequest { Resource = session.Get(Resource), Policy = policy },
                        cancellationToken: session.Cancellation);
                var result = Output.Json(policy);
                result["changed"] = changed;
                session.Output.Write(result);
                return;
            }
            catch (Grpc.Core.RpcException failure) when (failure.StatusCode == Grpc.Core.StatusCode.Aborted
                && attempt < tries)
            {
                session.Note("The policy was changed by somebody else meanwhile; trying again.");
            }
        }
    }

    private static bool Add(Policy policy, string role, string member)
    {
        var binding = policy.Bindings.FirstOrDefault(b => b.Role == role);
        if (binding is null) policy.Bindings.Add(binding = new Binding { Role = role });
        if (binding.Members.Contains(member)) return false;
        binding.Members.Add(member);
        return true;
    }

    private static bool Remove(Policy policy, string role, string member) =>
        policy.Bindings.FirstOrDefault(b => b.Role == role)?.Members.Remove(member) == true;

    private static async Task SetAsync(Session session)
    {
        Policy policy;
        try
        {
            var json = (JsonObject)JsonNode.Parse(ByteFiles.Read(session.Get(FileName), "FILE", false))!;
            json.Remove("changed");
            policy = JsonParser.Default.Parse<Policy>(json.ToJsonString());
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or System.Text.Json.JsonException
            or InvalidCastException or NullReferenceException)
        {
            throw new UsageException("The file is not a policy as keyward policy show prints it.");
        }

        if (policy.Etag.IsEmpty) throw new UsageException(
            "The policy has no etag: without it, changes of others would be lost.",
            "keyward policy show RESOURCE --format json");
        session.Output.Write(await session.Server.Policies.SetIamPolicyAsync(
            new SetIamPolicyRequest { Resource = session.Get(Resource), Policy = policy },
            cancellationToken: session.Cancellation));
    }
}

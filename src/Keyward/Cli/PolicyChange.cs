using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>How commands change a policy: read, change, write with the etag; again if somebody was faster.</summary>
internal static class PolicyChange
{
    private const int MaximumTries = 5;

    public static async Task<Policy> GetAsync(Session session) => await session.Server.Access.GetPolicyAsync(
        new GetPolicyRequest { Resource = session.Get(PolicyCommands.Resource) },
        cancellationToken: session.Cancellation);

    public static async Task<Policy> SetAsync(Session session, Policy policy) =>
        await session.Server.Access.SetPolicyAsync(new SetPolicyRequest
        {
            Resource = policy.Resource,
            Bindings = { policy.Bindings },
            AuditConfigs = { policy.AuditConfigs },
            Etag = policy.Etag,
        }, cancellationToken: session.Cancellation);

    public static async Task<Policy> SetDenyAsync(Session session, Policy policy) =>
        await session.Server.Access.SetDenyRulesAsync(new SetDenyRulesRequest
        {
            Resource = policy.Resource, DenyRules = { policy.DenyRules }, Etag = policy.Etag,
        }, cancellationToken: session.Cancellation);

    public static Task RunAsync(Session session, Func<Session, Policy, bool> change) =>
        RunAsync(session, change, SetAsync);

    /// <param name="change">Says whether there is something to change.</param>
    public static async Task RunAsync(
        Session session, Func<Session, Policy, bool> change, Func<Session, Policy, Task<Policy>> set)
    {
        for (var attempt = 1; ; attempt++)
        {
            var policy = await GetAsync(session).ConfigureAwait(false);
            var changed = change(session, policy);
            try
            {
                if (changed) policy = await set(session, policy).ConfigureAwait(false);
                var result = Output.Json(policy);
                result["changed"] = changed;
                session.Output.Write(result);
                return;
            }
            catch (RpcException failure) when (failure.StatusCode == StatusCode.Aborted && attempt < MaximumTries)
            {
                session.Note("The policy was changed by somebody else meanwhile; trying again.");
            }
        }
    }

    /// <summary>A policy as we print it, or as gcloud does.</summary>
    public static Policy Parse(byte[] text)
    {
        try
        {
            var json = (JsonObject)JsonNode.Parse(text)!;
            json.Remove("changed");
            json.Remove("version");
            return JsonParser.Default.Parse<Policy>(json.ToJsonString());
        }
        catch (Exception failure) when (failure is InvalidProtocolBufferException or JsonException
            or InvalidCastException or NullReferenceException)
        {
            throw new UsageException("The file is not a policy as keyward policy show prints it.");
        }
    }
}

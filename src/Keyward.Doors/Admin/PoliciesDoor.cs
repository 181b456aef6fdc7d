using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Questions;
using Keyward.Vault.Policies.Revisions;
using Explanation = Keyward.Protos.V1.Explanation;
using Policy = Keyward.Protos.V1.Policy;
using Revision = Keyward.Protos.V1.Revision;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Policies.</summary>
internal sealed class PoliciesDoor(Gate gate) : Protos.V1.Policies.PoliciesBase
{
    private static readonly Refusal BadResource = new(RefusalReason.InvalidArgument,
        "The resource is named by its full name, such as projects/P/locations/L/keyRings/R, or is deployment.");

    private static readonly Refusal BadSubject = new(RefusalReason.InvalidArgument,
        "The subject is a resource's full name, deployment, a custom role's name, or groups/EMAIL.");

    public override Task<Policy> GetPolicy(GetPolicyRequest request, ServerCallContext context)
    {
        Outcome<IOperation<PolicyView>> operation =
            PolicyTarget.TryParse(request.Resource, out var target) ? new GetPolicy(target) : BadResource;
        return gate.PassAsync(context, operation, view => PolicyMessages.Show(request.Resource, view));
    }

    public override Task<Policy> SetPolicy(SetPolicyRequest request, ServerCallContext context)
    {
        Outcome<IOperation<PolicyView>> operation = PolicyTarget.TryParse(request.Resource, out var target)
            ? new SetPolicy(target, [.. request.Bindings.Select(PolicyMessages.Parse)], request.Etag.ToByteArray())
            {
                KnowsConditions = true,
                AuditConfigs = [.. request.AuditConfigs.Select(PolicyMessages.Parse)],
            }
            : BadResource;
        return gate.PassAsync(context, operation, view => PolicyMessages.Show(request.Resource, view));
    }

    public override Task<Policy> SetDenyRules(SetDenyRulesRequest request, ServerCallContext context)
    {
        Outcome<IOperation<PolicyView>> operation = PolicyTarget.TryParse(request.Resource, out var target)
            ? new SetDenyRules(target, [.. request.DenyRules.Select(PolicyMessages.Parse)], request.Etag.ToByteArray())
            : BadResource;
        return gate.PassAsync(context, operation, view => PolicyMessages.Show(request.Resource, view));
    }

    public override Task<ListRevisionsResponse> ListRevisions(ListRevisionsRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<RevisionView>>> operation =
            RevisionSubject.TryParse(request.Subject, out var subject) ? new ListRevisions(subject) : BadSubject;
        return gate.PassAsync(context, operation,
            revisions => new ListRevisionsResponse { Revisions = { revisions.Select(Show) } });
    }

    public override Task<Revision> RollBack(RollBackRequest request, ServerCallContext context)
    {
        Outcome<IOperation<RevisionView>> operation =
            RevisionSubject.TryParse(request.Subject, out var subject)
                ? new RollBack(subject, request.Number)
                : BadSubject;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<Explanation> ExplainAccess(ExplainAccessRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Policies.Questions.Explanation>> operation =
            TryFind(context, request.Resource, out var resource)
                ? new ExplainAccess(request.Principal, request.Permission, resource)
                {
                    At = request.Time?.ToDateTimeOffset(),
                }
                : BadResource;
        return gate.PassAsync(context, operation, PolicyMessages.Show);
    }

    public override Task<Protos.V1.ExplainedCall> ExplainCall(ExplainCallRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ExplainCall(request.Id), call => new Protos.V1.ExplainedCall
        {
            Id = call.Id,
            Time = call.Time.ToTimestamp(),
            Operation = call.Operation,
            Outcome = call.Outcome,
            Then = call.Then is { } then ? PolicyMessages.Show(then) : null,
            Now = call.Now is { } now ? PolicyMessages.Show(now) : null,
            Note = call.Note ?? "",
        });

    public override Task<WhoCanResponse> WhoCan(WhoCanRequest request, ServerCallContext context)
    {
        Outcome<IOperation<IReadOnlyList<Vault.Policies.Questions.Entitled>>> operation =
            TryFind(context, request.Resource, out var resource)
                ? new WhoCan(request.Permission, resource)
                : BadResource;
        return gate.PassAsync(context, operation, found => new WhoCanResponse
        {
            Entitled =
            {
                found.Select(e => new Protos.V1.Entitled
                {
                    Member = e.Member, Always = e.Always, Rule = e.Rule, Through = { e.Through },
                }),
            },
        });
    }

    public override Task<PolicySimulation> SimulatePolicy(SimulatePolicyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, SimulationMessages.Parse(request), SimulationMessages.Show);

    public override Task<PolicyRecommendations> RecommendPolicy(
        RecommendPolicyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, SimulationMessages.Parse(request), SimulationMessages.Show);

    private static Revision Show(RevisionView view) => new()
    {
        Subject = view.Revision.Subject,
        Number = view.Revision.Number,
        Time = view.Revision.Time.ToTimestamp(),
        Principal = view.Revision.Principal,
        Reason = view.Revision.Reason ?? "",
        Lines = { view.Lines },
    };

    /// <summary>A resource by its full name; a key by its ARN or an alias's too.</summary>
    private bool TryFind(ServerCallContext context, string name, out AskedResource resource)
    {
        if (KeyReference.ByArn(name) is { } reference && Passing.VisitOf(context).Caller is { } caller
            && gate.Find(caller, reference).TryGet(out var key, out _)) name = key.Name.ToString();
        return AskedResource.TryParse(name, out resource);
    }
}

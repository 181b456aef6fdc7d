using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Policies.Simulation;

namespace Keyward.Doors.Admin;

/// <summary>Drafts of policies, and what the log says to them, as keyward.v1 writes them.</summary>
internal static class SimulationMessages
{
    private static readonly Refusal BadDraft = new(RefusalReason.InvalidArgument,
        "A draft has bindings for a project, a key ring, a key or deployment; or a document for a key or an account.");

    private static readonly Refusal NoSince = new(RefusalReason.InvalidArgument, "Since when is missing.");

    public static Outcome<IOperation<Simulation>> Parse(SimulatePolicyRequest request)
    {
        if (request.Since is null) return NoSince;
        return DraftOf(request) is { } draft ? new SimulatePolicy(draft, request.Since.ToDateTimeOffset()) : BadDraft;
    }

    public static Outcome<IOperation<Observed>> Parse(RecommendPolicyRequest request)
    {
        if (request.Since is null) return NoSince;
        return PolicyTarget.TryParse(request.Resource, out var target)
            ? new ObserveUses(target, request.Principal.Length == 0 ? null : request.Principal,
                request.Since.ToDateTimeOffset())
            : BadDraft;
    }

    public static PolicySimulation Show(Simulation simulation) => new()
    {
        Log = simulation.Log,
        Judged = simulation.Judged,
        DifferentAlready = simulation.DifferentAlready,
        Undecided = simulation.Undecided,
        Cut = !simulation.IsWhole,
        Otherwise =
        {
            simulation.Otherwise.Select(d => new SimulatedCalls
            {
                Principal = d.Principal,
                Permission = d.Permission,
                Resource = d.Resource,
                Draft = d.WouldBeAllowed ? "allows" : "refuses",
                Uncertain = !d.IsCertain,
                Rule = d.Rule ?? "",
                Calls = d.Calls,
                FirstTime = d.First.ToTimestamp(),
                LastTime = d.Last.ToTimestamp(),
                Example = d.Example,
            }),
        },
    };

    public static PolicyRecommendations Show(Observed observed) => new()
    {
        Log = observed.Log,
        Cut = !observed.IsWhole,
        Recommendations = { Recommendation.Of(observed.Uses).Select(Show) },
        Uses =
        {
            observed.Uses.Select(u => new Protos.V1.ObservedUse
            {
                Principal = u.Principal,
                Permission = u.Permission,
                Resource = u.Resource,
                Arn = u.Arn ?? "",
                Calls = u.Calls,
                FirstTime = u.First.ToTimestamp(),
                LastTime = u.Last.ToTimestamp(),
                Rules = { u.Rules },
            }),
        },
    };

    public static PolicyRecommendation Show(Recommendation recommendation) => new()
    {
        Principal = recommendation.Principal,
        Document = recommendation.Document ?? "",
        Unnamed = { recommendation.Unnamed },
        GivenBy = { recommendation.GivenBy },
        Calls = recommendation.Calls,
        Bindings =
        {
            recommendation.Bindings.Select(b => new Protos.V1.RecommendedBinding
            {
                Resource = b.Resource, Roles = { b.Roles }, Excess = b.Excess,
            }),
        },
    };

    private static PolicyDraft? DraftOf(SimulatePolicyRequest request)
    {
        var document = request.Document.Length == 0 ? null : request.Document;
        if (request.Email.Length > 0) return PolicyDraft.OfIdentity(request.Email, request.PolicyName, document);
        if (document is not null)
            return KeyName.TryParse(request.Resource, out var key) ? PolicyDraft.OfKeyDocument(key, document) : null;
        return PolicyTarget.TryParse(request.Resource, out var target)
            ? PolicyDraft.OfBindings(target, [.. request.Bindings.Select(PolicyMessages.Parse)])
            : null;
    }
}

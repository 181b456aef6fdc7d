using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Federation;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Issuer = Keyward.Protos.V1.Issuer;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Issuers.</summary>
internal sealed class IssuersDoor(Gate gate) : Issuers.IssuersBase
{
    private const string Prefix = "issuers/";

    private static readonly string[] DefaultAlgorithms = ["RS256", "ES256"];

    public override Task<Issuer> AddIssuer(AddIssuerRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Read(request), Show);

    public override Task<ListIssuersResponse> ListIssuers(ListIssuersRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ListIssuers(), found =>
        {
            var response = new ListIssuersResponse();
            foreach (var view in found)
            {
                var issuer = Show(view.Issuer);
                issuer.CredentialAudience = view.Audience;
                issuer.KeysTime = view.Health.KeysTime?.ToTimestamp();
                issuer.LastError = view.Health.LastError ?? "";
                response.Issuers.Add(issuer);
            }

            return response;
        });

    public override Task<Issuer> RemoveIssuer(RemoveIssuerRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Federation.Issuer>> operation =
            request.Name.StartsWith(Prefix, StringComparison.Ordinal)
                ? new RemoveIssuer(request.Name[Prefix.Length..])
                : new Refusal(RefusalReason.InvalidArgument, "The name has the form issuers/ID.");
        return gate.PassAsync(context, operation, Show);
    }

    private static Outcome<IOperation<Vault.Federation.Issuer>> Read(AddIssuerRequest request)
    {
        if (!ProjectId.TryParse(request.Project, out var project))
            return new Refusal(RefusalReason.InvalidArgument, "The project is given by its id.");
        if (request.Conditions.Select(c => c.Claim).Distinct().Count() != request.Conditions.Count)
            return new Refusal(RefusalReason.InvalidArgument, "Each claim has one condition, with all its values.");
        var rules = new IssuerRules([.. request.Audiences],
            request.Algorithms.Count > 0 ? [.. request.Algorithms] : DefaultAlgorithms,
            request.Attributes.ToDictionary(), request.Conditions.ToDictionary(
                c => c.Claim, IReadOnlyList<string> (c) => [.. c.Values]),
            NullIfEmpty(request.KeysUri), NullIfEmpty(request.Keys));
        return new AddIssuer(request.Id, project, request.IssuerUri, rules, request.Shared);
    }

    private static Issuer Show(Vault.Federation.Issuer issuer)
    {
        var shown = new Issuer
        {
            Name = issuer.FullName,
            Project = issuer.Project.Value,
            IssuerUri = issuer.Uri,
            Audiences = { issuer.Rules.Audiences },
            Algorithms = { issuer.Rules.Algorithms },
            KeysUri = issuer.Rules.KeysUri ?? "",
            KeysGiven = issuer.Rules.Keys is not null,
            CreateTime = issuer.CreateTime.ToTimestamp(),
        };
        foreach (var (name, claim) in issuer.Rules.Attributes) shown.Attributes[name] = claim;
        foreach (var (claim, values) in issuer.Rules.Claims)
            shown.Conditions.Add(new ClaimCondition { Claim = claim, Values = { values } });
        return shown;
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}

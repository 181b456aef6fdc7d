using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Grants;
using Keyward.Vault.KeyUse;
using Keyward.Vault.Names;
using ConstraintMessage = Keyward.Protos.V1.GrantConstraint;
using Grant = Keyward.Vault.Grants.Grant;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Grants.</summary>
internal sealed class GrantsDoor(Gate gate) : Protos.V1.Grants.GrantsBase
{
    private static readonly Refusal BadKey = Invalid(
        "A key is named projects/P/locations/L/keyRings/R/cryptoKeys/K.");

    private static readonly Refusal BadName = Invalid(
        "A grant is named projects/P/locations/L/keyRings/R/cryptoKeys/K/grants/ID.");

    private static readonly Refusal BadLocation = Invalid("A location is named projects/P/locations/L.");

    private static readonly Refusal BadOperation = Invalid(
        $"A grant's operations are among {string.Join(", ", GrantOperations.AllNames)}.");

    private static readonly Refusal BadConstraint = Invalid(
        "A constraint has a kind, and pairs of texts of at most 8192 bytes in all.");

    public override Task<CreateGrantResponse> CreateGrant(CreateGrantRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Create(request), made => new CreateGrantResponse
        {
            Grant = Show(made.Grant, ""), Token = made.Token,
        });

    public override Task<ListGrantsResponse> ListGrants(ListGrantsRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Page<GrantView>>> operation = KeyName.TryParse(request.Parent, out var key)
            ? new ListGrants(key, NullIfEmpty(request.Id), NullIfEmpty(request.Grantee),
                new PageRequest<GrantView>(request.PageSize, request.PageToken, ""))
            : BadKey;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<ListGrantsResponse> ListRetirableGrants(
        ListRetirableGrantsRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Page<GrantView>>> operation = Location(request.Parent) is { } location
            ? new ListRetirableGrants(location, request.RetiringPrincipal,
                new PageRequest<GrantView>(request.PageSize, request.PageToken, ""))
            : BadLocation;
        return gate.PassAsync(context, operation, Show);
    }

    public override Task<Protos.V1.Grant> RevokeGrant(RevokeGrantRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Grant>> operation = Name(request.Name) is var (key, id)
            ? new RevokeGrant(key, id)
            : BadName;
        return gate.PassAsync(context, operation, grant => Show(grant, ""));
    }

    public override Task<Protos.V1.Grant> RetireGrant(RetireGrantRequest request, ServerCallContext context)
    {
        var name = Name(request.Name);
        Outcome<IOperation<Grant>> operation = request.Name.Length > 0 && name is null
            ? BadName
            : new RetireGrant(NullIfEmpty(request.Token), name?.Key, name?.Id);
        return gate.PassAsync(context, operation, grant => Show(grant, ""));
    }

    private static Outcome<IOperation<NewGrant>> Create(CreateGrantRequest request)
    {
        if (!KeyName.TryParse(request.Parent, out var key)) return BadKey;
        if (!GrantOperations.TryParse(request.Operations, out var operations)) return BadOperation;
        Vault.Grants.GrantConstraint? constraint = null;
        if (request.Constraint is { } given)
        {
            if (given.Kind is not (ConstraintMessage.Types.Kind.Subset or ConstraintMessage.Types.Kind.Equals)
                || !Context.TryFromPairs(given.Pairs, out var pairs)) return BadConstraint;
            constraint = new Vault.Grants.GrantConstraint((ConstraintKind)given.Kind, pairs);
        }

        return new CreateGrant(key, request.Grantee, operations)
        {
            RetiringPrincipal = NullIfEmpty(request.RetiringPrincipal),
            Constraint = constraint,
            Name = NullIfEmpty(request.DisplayName),
            Lifetime = request.Lifetime?.ToTimeSpan(),
            MaximumUses = request.MaximumUses == 0 ? null : request.MaximumUses,
        };
    }

    private static ListGrantsResponse Show(Page<GrantView> page) => new()
    {
        Grants = { page.Items.Select(v => Show(v.Grant, v.GranteeArn)) }, NextPageToken = page.NextToken,
    };

    private static Protos.V1.Grant Show(Grant grant, string granteeArn)
    {
        var shown = new Protos.V1.Grant
        {
            Name = grant.FullName,
            Id = grant.Id,
            DisplayName = grant.Name ?? "",
            Grantee = grant.Grantee,
            GranteeArn = granteeArn,
            RetiringPrincipal = grant.RetiringPrincipal ?? "",
            Operations = { grant.Operations.Names },
            CreateTime = grant.CreateTime.ToTimestamp(),
            ExpireTime = grant.ExpireTime?.ToTimestamp(),
            MaximumUses = grant.MaximumUses ?? 0,
            Uses = grant.Uses,
            Issuer = grant.Issuer,
            Parent = grant.Parent ?? "",
        };
        if (grant.Constraint is { } constraint)
        {
            shown.Constraint = new ConstraintMessage { Kind = (ConstraintMessage.Types.Kind)constraint.Kind };
            foreach (var (name, value) in constraint.Pairs.Pairs()) shown.Constraint.Pairs[name] = value;
        }

        return shown;
    }

    private static (KeyName Key, string Id)? Name(string name)
    {
        var at = name.IndexOf("/grants/", StringComparison.Ordinal);
        return at > 0 && KeyName.TryParse(name[..at], out var key) ? (key, name[(at + "/grants/".Length)..]) : null;
    }

    private static LocationName? Location(string name) =>
        name.Split('/') is ["projects", var p, "locations", var l] && ProjectId.TryParse(p, out var project)
        && LocationId.TryParse(l, out var location) ? new LocationName(project, location) : null;

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static Refusal Invalid(string sentence) => new(RefusalReason.InvalidArgument, sentence);
}

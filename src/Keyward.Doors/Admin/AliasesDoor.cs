using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Alias = Keyward.Vault.Keys.Alias;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Aliases.</summary>
internal sealed class AliasesDoor(Gate gate) : Aliases.AliasesBase
{
    private static readonly Refusal BadName = new(RefusalReason.InvalidArgument,
        "An alias is in projects/P/locations/L, and its key is named projects/P/locations/L/keyRings/R/cryptoKeys/K.");

    public override Task<Protos.V1.Alias> CreateAlias(AliasRequest request, ServerCallContext context) =>
        PassAsync(context, request, (name, key) => new CreateAlias(name, key)
        {
            Version = VersionOf(request),
        }, Show);

    public override Task<Protos.V1.Alias> MoveAlias(AliasRequest request, ServerCallContext context) =>
        PassAsync(context, request, (name, key) => new MoveAlias(name, key)
        {
            Version = VersionOf(request),
        }, Show);

    public override Task<Protos.V1.Alias> DeleteAlias(AliasRequest request, ServerCallContext context) =>
        PassAsync(context, request, (name, key) => new DeleteAlias(name, key), _ => new Protos.V1.Alias
        {
            Parent = request.Parent, Alias_ = request.Alias, Key = request.Key,
        });

    public override Task<ListAliasesResponse> ListAliases(ListAliasesRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Page<AliasView>>> operation = Location(request.Parent) is { } location
            ? new ListAliases(location, null, new PageRequest<AliasView>(request.PageSize, request.PageToken, ""))
            : BadName;
        return gate.PassAsync(context, operation, page => new ListAliasesResponse
        {
            Aliases = { page.Items.Select(view => Show(view.Alias)) }, NextPageToken = page.NextToken,
        });
    }

    public override Task<FoundKeyName> FindKey(FindKeyRequest request, ServerCallContext context)
    {
        if (Location(request.Parent) is not { } location || Passing.VisitOf(context).Caller is not { } caller)
            return gate.RefuseAsync<FoundKeyName>(context, BadName);
        return gate.Find(caller, ReferenceOf(location, request.Name)).TryGet(out var found, out var refusal)
            ? gate.PassAsync(context, new DescribeKey(found.Name), key => new FoundKeyName
            {
                Key = key.Key.Name.ToString(),
            })
            : gate.RefuseAsync<FoundKeyName>(context, refusal);
    }

    private KeyReference ReferenceOf(LocationName location, string name)
    {
        const string aliasPrefix = "alias/";
        var account = gate.AccountOf(location.Project);
        return KeyReference.ByArn(name) ?? (name.StartsWith(aliasPrefix, StringComparison.Ordinal)
            ? KeyReference.ByAlias(account, location.Location, name[aliasPrefix.Length..])
            : KeyReference.ById(account, location.Location, name));
    }

    private Task<Protos.V1.Alias> PassAsync<T>(ServerCallContext context, AliasRequest request,
        Func<AliasName, KeyName, IOperation<T>> make, Func<T, Protos.V1.Alias> show) =>
        Location(request.Parent) is { } location && KeyName.TryParse(request.Key, out var key)
            ? gate.PassAsync(context, make(new AliasName(location, request.Alias), key), show)
            : gate.RefuseAsync<Protos.V1.Alias>(context, BadName);

    private static int? VersionOf(AliasRequest request) => request.Version == 0 ? null : request.Version;

    private static Protos.V1.Alias Show(Alias alias) => new()
    {
        Parent = alias.Name.Parent.ToString(), Alias_ = alias.Name.Alias, Key = alias.Key.ToString(),
        Version = alias.Version ?? 0,
        CreateTime = alias.CreateTime.ToTimestamp(), UpdateTime = alias.UpdateTime.ToTimestamp(),
    };

    private static LocationName? Location(string name) =>
        name.Split('/') is ["projects", var p, "locations", var l] && ProjectId.TryParse(p, out var project)
        && LocationId.TryParse(l, out var location) ? new LocationName(project, location) : null;
}

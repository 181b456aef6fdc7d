using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Usage;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;
using Usage = Keyward.Protos.V1.Usage;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Audit.</summary>
internal sealed class AuditDoor(Gate gate) : Protos.V1.Audit.AuditBase
{
    private const int DefaultPageSize = 200;

    public override Task<ReadRecordsResponse> ReadRecords(ReadRecordsRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Read(request), page =>
        {
            var response = new ReadRecordsResponse { NextIndex = page.NextIndex, AtEnd = page.AtEnd, Log = page.Log };
            foreach (var (index, bytes) in page.Records)
            {
                response.Records.Add(System.Text.Encoding.UTF8.GetString(bytes.Span));
                response.Indexes.Add(index);
            }

            return response;
        });

    public override Task<Usage> GetUsage(GetUsageRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Audit.Usage.Usage>> operation = ReadUsage.Of(request.Name) is { } read
            ? read
            : new Refusal(RefusalReason.InvalidArgument, "The name is that of a project, a key or a version.");
        return gate.PassAsync(context, operation, usage => new Usage
        {
            Log = usage.Log,
            Since = usage.Since?.ToTimestamp(),
            LagEntries = usage.LagEntries,
            Versions = { usage.Versions.Select(Show) },
        });
    }

    private static Protos.V1.VersionUse Show(Vault.Audit.Usage.VersionUse use) => new()
    {
        Version = use.Version,
        FirstUseTime = use.First.ToTimestamp(),
        LastUseTime = use.Last.ToTimestamp(),
        Uses = use.Uses,
        LastIndex = use.LastIndex,
        OtherPrincipals = use.OtherPrincipals,
        Principals =
        {
            use.Principals.Select(p => new Protos.V1.PrincipalUse
            {
                Principal = p.Principal, FirstUseTime = p.First.ToTimestamp(), LastUseTime = p.Last.ToTimestamp(),
                Uses = p.Uses, Operations = { p.Operations },
            }),
        },
    };

    private static Outcome<IOperation<RecordPage>> Read(ReadRecordsRequest request)
    {
        ProjectId? project = null;
        if (request.Parent.Length > 0)
        {
            if (!ProjectsDoor.TryParse(request.Parent, out var id))
                return new Refusal(RefusalReason.InvalidArgument, "The parent has the form projects/P, or is empty.");
            project = id;
        }

        System.Net.IPNetwork? source = null;
        if (request.Source.Length > 0)
        {
            source = RecordFilter.ParseSource(request.Source);
            if (source is null)
                return new Refusal(RefusalReason.InvalidArgument, "The source is an address or a network.");
        }

        var filter = new RecordFilter
        {
            Key = NullIfEmpty(request.Key),
            Principal = NullIfEmpty(request.Principal),
            Operation = NullIfEmpty(request.Operation),
            Outcome = NullIfEmpty(request.Outcome),
            Source = source,
            Since = request.Since?.ToDateTimeOffset(),
            Until = request.Until?.ToDateTimeOffset(),
        };
        return new ReadRecords(
            project, filter, request.FromIndex, request.PageSize == 0 ? DefaultPageSize : request.PageSize)
        {
            NewestFirst = request.NewestFirst, Scan = request.Scan,
        };
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}

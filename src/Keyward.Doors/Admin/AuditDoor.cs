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

    public override Task<Protos.V1.RecordCounts> CountRecords(
        CountRecordsRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Count(request), counts => new Protos.V1.RecordCounts
        {
            Log = counts.Log, Matched = counts.Matched, Others = counts.Others,
            Counts = { counts.Texts.Select(t => new TextCount { Text = t.Text, Count = t.Count }) },
        });

    public override Task<ListKeyFiguresResponse> ListKeyFigures(
        ListKeyFiguresRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Figures(request), figures => new ListKeyFiguresResponse
        {
            Log = figures.Log, NextPageToken = figures.Next ?? "",
            Keys =
            {
                figures.Keys.Select(k => new Protos.V1.KeyFigure { Key = k.Key, Requests = k.Requests, Ok = k.Ok }),
            },
        });

    private static Outcome<IOperation<RecordPage>> Read(ReadRecordsRequest request) =>
        !Where(request).TryGet(out var where, out var refusal) ? refusal
            : new ReadRecords(where.Project, where.Filter, request.FromIndex, SizeOf(request.PageSize))
            {
                NewestFirst = request.NewestFirst, Scan = request.Scan,
            };

    private static Outcome<IOperation<Vault.Audit.RecordCounts>> Count(CountRecordsRequest request)
    {
        var asked = request.Filter ?? new ReadRecordsRequest();
        if (!Where(asked).TryGet(out var where, out var refusal)) return refusal;
        return new CountRecords(where.Project, where.Filter, (Vault.Audit.CountField)request.Field,
            SizeOf(request.Limit))
        {
            Scan = asked.Scan,
        };
    }

    private static Outcome<IOperation<KeyFigures>> Figures(ListKeyFiguresRequest request) =>
        !Parents.ParseOrAll(request.Parent).TryGet(out var project, out var refusal) ? refusal
            : new ReadKeyFigures(
                project, request.Since?.ToDateTimeOffset(), request.PageToken, SizeOf(request.PageSize));

    private static int SizeOf(int asked) => asked == 0 ? DefaultPageSize : asked;

    private static Outcome<(ProjectId? Project, RecordFilter Filter)> Where(ReadRecordsRequest request)
    {
        if (!Parents.ParseOrAll(request.Parent).TryGet(out var project, out var refusal)) return refusal;
        System.Net.IPNetwork? source = null;
        if (request.Source.Length > 0)
        {
            source = RecordFilter.ParseSource(request.Source);
            if (source is null)
                return new Refusal(RefusalReason.InvalidArgument, "The source is an address or a network.");
        }

        if (request.Outcome.Length > 0 && !Outcomes.All.Contains(request.Outcome))
            return new Refusal(RefusalReason.InvalidArgument,
                $"There is no outcome '{request.Outcome}'; there are {string.Join(", ", Outcomes.All)}.");
        if (request.Id.Length > 0 && (!RecordReference.TryParse(request.Id, out var named) || named.Id is null))
            return new Refusal(RefusalReason.InvalidArgument, "The id of a request has 32 hex digits.");
        return (project, new RecordFilter
        {
            Id = NullIfEmpty(request.Id.ToLowerInvariant()),
            Key = NullIfEmpty(request.Key),
            Principal = NullIfEmpty(request.Principal),
            Operation = NullIfEmpty(request.Operation),
            Outcome = NullIfEmpty(request.Outcome),
            Source = source,
            Since = request.Since?.ToDateTimeOffset(),
            Until = request.Until?.ToDateTimeOffset(),
        });
    }

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Keyward.Client;
using Keyward.Protos.V1;

namespace Keyward.Cli;

/// <summary>What <c>audit query --count-by</c> shows: the records of all living nodes, counted by one field.</summary>
internal static class AuditCounts
{
    /// <summary>So many texts each node gives, so that the sums over nodes are right for those that are
    /// shown.</summary>
    private const int MaximumTexts = 10_000;

    private static readonly Dictionary<string, CountField> Fields = new()
    {
        ["key"] = CountField.Key, ["principal"] = CountField.Principal, ["source"] = CountField.Source,
        ["operation"] = CountField.Operation, ["outcome"] = CountField.Outcome, ["project"] = CountField.Project,
    };

    public static readonly Option<string?> CountBy = Commands.Text("--count-by", "FIELD",
        "Count the records instead, by key, principal, source, operation, outcome or project.");

    static AuditCounts() => CountBy.AcceptOnlyFromAmong([.. Fields.Keys]);

    public static async Task ShowAsync(Session session, ReadRecordsRequest filter, int limit, bool here)
    {
        var request = new CountRecordsRequest
        {
            Filter = filter, Field = Fields[session.Get(CountBy)!], Limit = MaximumTexts,
        };
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        if (here) await AddAsync(session, session.Server, request, counts).ConfigureAwait(false);
        else
            await foreach (var node in NodeConnections.AllAsync(session).ConfigureAwait(false))
                await AddAsync(session, node, request, counts).ConfigureAwait(false);
        session.Output.WriteList(counts.OrderByDescending(c => c.Value).ThenBy(c => c.Key, StringComparer.Ordinal)
            .Take(limit).Select(c => new JsonObject { ["text"] = c.Key, ["count"] = c.Value }),
            "", "text", "count");
    }

    private static async Task AddAsync(Session session, KeywardConnection node, CountRecordsRequest request,
        Dictionary<string, long> counts)
    {
        var answer = await node.Audit.CountRecordsAsync(request, cancellationToken: session.Cancellation);
        foreach (var text in answer.Counts)
            counts[text.Text] = counts.GetValueOrDefault(text.Text) + text.Count;
    }
}

using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf.WellKnownTypes;
using Keyward.Protos.V1;
using Keyward.Vault.Policies.Simulation;
using ObservedUse = Keyward.Vault.Policies.Simulation.ObservedUse;
using Option = System.CommandLine.Option;

namespace Keyward.Cli;

/// <summary>What the log says to policies: which calls a draft would have decided otherwise, and the least that would
/// have done. All living nodes' logs count.</summary>
internal static class SimulationCommands
{
    private const string DefaultSince = "-30d";

    private static readonly Argument<string> FileName = new("file")
    {
        Description = "The draft: bindings as policy show prints them, or a document in AWS's language; - for " +
            "standard input.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string?> On = Commands.Text("--resource", "RESOURCE",
        "The full name of the project, key ring or key on which the draft would stand, or deployment.");

    private static readonly Option<string?> Identity = Commands.Text("--identity", "EMAIL",
        "The service account on which the document would stand.");

    private static readonly Option<string?> PolicyName = Commands.Text("--policy-name", "NAME",
        "The document's name on the account; without a file, the one that would be taken away.");

    private static readonly Option<string?> Since = Commands.Text("--since", "TIME",
        "Calls from then on; -30d means ago, which is what is taken without it.");

    private static readonly Option<bool> Check = Commands.Flag("--check",
        "Exit code 1 if the draft would have refused a call that was allowed.");

    private static readonly Option<string?> Principal = Commands.Text("--principal", "EMAIL",
        "Only this principal, by the name that records have.");

    private static readonly Argument<string> Resource = Commands.Name("resource",
        "The full name of a project, key ring or key, or deployment.");

    public static Command BuildSimulate() => Commands.Make("simulate",
        "Show which recorded calls a draft policy would have refused or newly allowed.",
        ["keyward policy simulate draft.json --resource projects/default --since -30d",
         "keyward policy simulate document.json --identity EMAIL --policy-name use-invoices --check"],
        "gcloud iam simulator replay-recent-access", SimulateAsync,
        FileName, On, Identity, PolicyName, Since, Check);

    public static Command BuildRecommend() => Commands.Make("recommend",
        "Show the narrowest roles, and AWS statements, that the log justifies for each principal.",
        ["keyward policy recommend projects/default --since -90d"],
        "gcloud recommender recommendations list; aws accessanalyzer start-policy-generation", RecommendAsync,
        Resource, Principal, Since);

    private static async Task SimulateAsync(Session session)
    {
        var request = RequestOf(session);
        var all = new PolicySimulation();
        await foreach (var node in NodeConnections.AllAsync(session).ConfigureAwait(false))
        {
            var one = await node.Access.SimulatePolicyAsync(request, cancellationToken: session.Cancellation);
            all.Judged += one.Judged;
            all.DifferentAlready += one.DifferentAlready;
            all.Undecided += one.Undecided;
            all.Cut |= one.Cut;
            all.Otherwise.Add(one.Otherwise);
        }

        if (all.Cut) session.Note("There were more calls than are judged at once: only the newest were.");
        Write(session, all);
        if (!session.Output.IsJson && all.Otherwise.Count == 0)
            session.Note(all.Judged == 0
                ? $"Since {session.Get(Since) ?? DefaultSince} no call was recorded that the draft would have judged."
                : "The draft decides each of these calls as it was decided.");
        var refused = all.Otherwise.Where(o => o.Draft == "refuses").Sum(o => o.Calls);
        if (session.Get(Check) && refused > 0)
            throw new FailedException($"The draft would have refused calls that were allowed: {refused}.");
    }

    private static void Write(Session session, PolicySimulation all)
    {
        var json = Show(all);
        if (session.Output.IsTable) json.Remove("otherwise");
        session.Output.Write(json);
        if (session.Output.IsTable && all.Otherwise.Count > 0)
            session.Output.WriteList(all.Otherwise.Select(Output.Whole), "",
                "draft", "calls", "principal", "permission", "resource", "rule", "uncertain", "lastTime");
    }

    /// <summary>With all its fields, so that who reads it by a program need not know which are left out when they are
    /// zero.</summary>
    private static JsonObject Show(PolicySimulation simulation)
    {
        var json = Output.Whole(simulation);
        // One answer for the logs of all nodes.
        json.Remove("log");
        return json;
    }

    private static SimulatePolicyRequest RequestOf(Session session)
    {
        var request = new SimulatePolicyRequest { Since = SinceOf(session) };
        var text = session.Get(FileName) is { } name ? ByteFiles.Read(name, "FILE", false) : null;
        if (session.Get(Identity) is { } email)
        {
            request.Email = email;
            request.PolicyName = session.Get(PolicyName) ?? "draft";
            request.Document = text is null ? "" : System.Text.Encoding.UTF8.GetString(text);
            return request;
        }

        request.Resource = session.Get(On) ?? throw new UsageException("--resource or --identity is missing.");
        if (text is null) throw new UsageException("The draft's file is missing.");
        if (IsDocument(text)) request.Document = System.Text.Encoding.UTF8.GetString(text);
        else request.Bindings.Add(PolicyChange.Parse(text).Bindings);
        return request;
    }

    /// <summary>AWS's language has statements.</summary>
    private static bool IsDocument(byte[] text)
    {
        try
        {
            using var json = JsonDocument.Parse(text);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("Statement", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static async Task RecommendAsync(Session session)
    {
        var request = new RecommendPolicyRequest
        {
            Since = SinceOf(session), Resource = session.Get(Resource), Principal = session.Get(Principal) ?? "",
        };
        var uses = new List<ObservedUse>();
        await foreach (var node in NodeConnections.AllAsync(session).ConfigureAwait(false))
        {
            var one = await node.Access.RecommendPolicyAsync(request, cancellationToken: session.Cancellation);
            if (one.Cut) session.Note("There were more calls than are read at once: only the newest were.");
            uses.AddRange(one.Uses.Select(u => new ObservedUse(u.Principal, u.Permission, u.Resource,
                u.Arn.Length == 0 ? null : u.Arn, u.Calls, u.FirstTime.ToDateTimeOffset(),
                u.LastTime.ToDateTimeOffset(), [.. u.Rules])));
        }

        var found = Recommendation.Of(uses);
        if (session.Output.IsTable && found.Count > 0)
            foreach (var line in found.SelectMany(Lines))
                Output.Line(line);
        else
            session.Output.WriteList(found.Select(Doors.Admin.SimulationMessages.Show), "", []);
    }

    /// <summary>What a person would do next: the commands, and the document as it stands.</summary>
    internal static IEnumerable<string> Lines(Recommendation found)
    {
        yield return $"{found.Principal}: {found.Calls} calls, let by {string.Join(", ", found.GivenBy)}";
        foreach (var binding in found.Bindings)
        {
            foreach (var role in binding.Roles)
                yield return $"  keyward policy add {binding.Resource} --member {found.Principal} --role {role}";
            yield return $"    rights there that nobody used: {binding.Excess}";
        }

        if (found.Unnamed.Count > 0)
            yield return $"  rights that AWS has no action for: {string.Join(", ", found.Unnamed)}";
        if (found.Document is { } document) yield return document;
        yield return "";
    }

    private static Timestamp SinceOf(Session session) =>
        Times.Parse(session.Get(Since) ?? DefaultSince, "--since").ToTimestamp();
}

using System.CommandLine;
using System.Globalization;
using Google.Protobuf;
using Keyward.Protos.V1;
using Keyward.Server.Settings;

namespace Keyward.Cli;

/// <summary>Policies of a project, key ring, key, import job or of the deployment: reading and changing them.</summary>
internal static class PolicyCommands
{
    public static readonly Argument<string> Resource = Commands.Name("resource",
        "The Google resource name of a project, key ring, key or import job; or deployment.");

    private static readonly Argument<string> FileName = Commands.Name("file",
        "The policy as JSON; - for standard input.");

    private static readonly Option<string> Member = new("--member")
    {
        HelpName = "MEMBER", Required = true, Description = "serviceAccount:EMAIL, or another member.",
    };

    private static readonly Option<string> Role = new("--role")
    {
        HelpName = "ROLE", Required = true, Description = "Such as roles/cloudkms.cryptoKeyEncrypterDecrypter.",
    };

    private static readonly Option<string?> Condition = Commands.Text("--condition", "EXPRESSION",
        "The role counts only where this holds, such as request.time.getHours(\"Europe/Berlin\") < 18.");

    private static readonly Option<string?> Title = Commands.Text("--title", "TEXT",
        "The condition's title; without it one is made.");

    private static readonly Option<string?> ExpiresIn = Commands.Text("--expires-in", "12h",
        "The role counts for so long.");

    private static readonly Option<string?> Etag = Commands.Text("--etag", "ETAG",
        "The etag that was read, if the file has none.");

    public static Command Build() => Commands.Group("policy", "Policies: who may do what, and where.",
        Commands.Make("add", "Grant a role to a member.",
            ["keyward policy add projects/default/locations/us-east-1/keyRings/shop --member serviceAccount:EMAIL " +
             "--role roles/cloudkms.viewer",
             "keyward policy add projects/default --member group:EMAIL --role roles/owner --expires-in 4h"],
            "gcloud kms keys add-iam-policy-binding", AddAsync, Resource, Member, Role, Condition, Title, ExpiresIn),
        Commands.Make("remove", "Take a role from a member, whatever its conditions.",
            ["keyward policy remove projects/default --member serviceAccount:EMAIL --role roles/owner"],
            "gcloud kms keys remove-iam-policy-binding", s => PolicyChange.RunAsync(s, Remove), Resource, Member, Role,
            Condition),
        Commands.Make("show", "Show a resource's own policy.", ["keyward policy show projects/default"],
            "gcloud kms keys get-iam-policy", async s => s.Output.Write(await PolicyChange.GetAsync(s)), Resource),
        Commands.Make("set", "Replace a policy by one that was read before and carries its etag.",
            ["keyward policy show projects/default > p.json", "keyward policy set projects/default p.json"],
            "gcloud kms keys set-iam-policy", SetAsync, Resource, FileName, Etag),
        DenyCommands.Build(), PolicyHistoryCommands.BuildHistory(), PolicyHistoryCommands.BuildDiff(),
        PolicyHistoryCommands.BuildRollBack(), QuestionCommands.BuildExplain(), QuestionCommands.BuildCheck(),
        QuestionCommands.BuildWhoCan(), SimulationCommands.BuildSimulate(), SimulationCommands.BuildRecommend(),
        DocumentCommands.BuildKey(), DocumentCommands.BuildIdentity());

    private static Task AddAsync(Session session)
    {
        // Made once: a second try must add the same condition.
        var condition = ConditionOf(session);
        return PolicyChange.RunAsync(session, (s, policy) => Add(policy, s.Get(Role), s.Get(Member), condition));
    }

    private static bool Add(Policy policy, string role, string member, Condition? condition)
    {
        var binding = policy.Bindings.FirstOrDefault(b => b.Role == role && Equals(b.Condition, condition));
        if (binding is null)
            policy.Bindings.Add(binding = new PolicyBinding { Role = role, Condition = condition?.Clone() });
        if (binding.Members.Contains(member)) return false;
        binding.Members.Add(member);
        return true;
    }

    private static bool Remove(Session session, Policy policy)
    {
        var condition = session.Get(Condition);
        var changed = false;
        foreach (var binding in policy.Bindings)
            if (binding.Role == session.Get(Role) && (condition is null || binding.Condition?.Expression == condition))
                changed |= binding.Members.Remove(session.Get(Member));
        return changed;
    }

    private static Condition? ConditionOf(Session session)
    {
        var expression = session.Get(Condition);
        var title = session.Get(Title);
        if (session.Get(ExpiresIn) is { } lifetime)
        {
            if (!SettingTable.TryParseDuration(lifetime, out var span))
                throw new UsageException("--expires-in must be a duration such as 12h.");
            var end = (TimeProvider.System.GetUtcNow() + span).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'",
                CultureInfo.InvariantCulture);
            var before = $"request.time < timestamp(\"{end}\")";
            expression = expression is null ? before : $"({expression}) && {before}";
            title ??= "until " + end;
        }

        if (expression is null)
            return title is null ? null : throw new UsageException("--title belongs to --condition.");
        return new Condition { Title = title ?? "condition", Expression = expression };
    }

    private static async Task SetAsync(Session session)
    {
        var policy = PolicyChange.Parse(ByteFiles.Read(session.Get(FileName), "FILE", false));
        if (session.Get(Etag) is { } etag) policy.Etag = ParseEtag(etag);
        if (policy.Etag.IsEmpty) throw new UsageException(
            "The policy has no etag: without it, changes of others would be lost.",
            "keyward policy show RESOURCE --format json");
        policy.Resource = session.Get(Resource);
        session.Output.Write(await PolicyChange.SetAsync(session, policy));
    }

    private static ByteString ParseEtag(string etag)
    {
        try
        {
            return ByteString.FromBase64(etag);
        }
        catch (FormatException)
        {
            throw new UsageException("--etag is what keyward policy show prints as etag.");
        }
    }
}

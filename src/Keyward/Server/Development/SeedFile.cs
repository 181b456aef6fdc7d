using System.Text.Json;
using Keyward.Keystores.Software;
using Keyward.Vault.Development;
using Keyward.Vault.Names;

namespace Keyward.Server.Development;

/// <summary>A seed file, read and judged: all that is wrong with it is found in one reading. The form is in
/// docs/reference/dev.md.</summary>
internal sealed class SeedFile
{
    /// <summary>A thousand keys with their material, and some.</summary>
    public const int MaximumSizeBytes = 4 * 1024 * 1024;

    /// <summary>What things follow from where a file says nothing else.</summary>
    private const string DefaultText = "keyward";

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false,
    };

    /// <summary>32 hex digits: accounts' e-mails are made of it.</summary>
    public required string DeploymentId { get; init; }

    public DateTimeOffset? Clock { get; private init; }

    public required Seed Seed { get; init; }

    /// <summary>Key files to write once their accounts exist.</summary>
    public IReadOnlyList<GivenKeyFile> KeyFiles { get; private init; } = [];

    /// <summary>What a server begins with that was given no file: nothing but the deployment.</summary>
    public static SeedFile None { get; } = new()
    {
        DeploymentId = IdOf(DefaultText), Seed = new Seed([], [], [], [], []),
    };

    /// <exception cref="StartException">With every error, a line each.</exception>
    public static SeedFile Read(string file)
    {
        var errors = new List<string>();
        SeedFile? read = null;
        try
        {
            if (new FileInfo(file).Length > MaximumSizeBytes) errors.Add("is larger than 4 MiB.");
            else
            {
                using var json = JsonDocument.Parse(File.ReadAllBytes(file), Lenient);
                if (json.RootElement.ValueKind == JsonValueKind.Object)
                    read = Read(new SeedNode(json.RootElement, "", errors));
                else errors.Add("must hold a JSON object.");
            }
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException)
        {
            errors.Add($"cannot be read as JSON: {failure.Message}");
        }

        if (errors.Count > 0) throw new StartException(string.Join('\n', errors.Select(e => $"{file}: {e}")));
        return read!;
    }

    private static SeedFile Read(SeedNode root)
    {
        var text = root.Text("seed") ?? DefaultText;
        var deployment = root.Formed("deployment", SeedNode.DeploymentId, "32 hex digits in small letters");
        var accounts = new SeedAccounts(root);
        var file = new SeedFile
        {
            DeploymentId = deployment ?? IdOf(text), Clock = root.Time("clock"),
            Seed = new Seed(
                Projects(root), accounts.Read(), Rings(root), new SeedKeys(root, text).Read(), Faults(root)),
            KeyFiles = accounts.KeyFiles,
        };
        root.RefuseUnknown();
        return file;
    }

    private static string IdOf(string text) =>
        Convert.ToHexStringLower(DerivedMaterial.Bytes(text, "deployment", 16));

    private static List<SeededProject> Projects(SeedNode root)
    {
        var projects = new List<SeededProject>();
        foreach (var node in root.Objects("projects"))
        {
            var account = node.Formed("account", SeedNode.AccountNumber, "12 digits");
            if (node.Text("id", isNeeded: true) is not { } id) continue;
            if (ProjectId.TryParse(id, out var project)) projects.Add(new SeededProject(project, account));
            else node.Wrong("id", "must be small letters, digits and hyphens, beginning with a letter");
            node.RefuseUnknown();
        }

        RefuseDoubles(root, "projects", projects.Select(p => p.Id.Value));
        return projects;
    }

    private static List<KeyRingName> Rings(SeedNode root)
    {
        var rings = new List<KeyRingName>();
        foreach (var name in root.Texts("keyRings"))
            if (ResourceName.TryParse(name, out var resource) && resource is { Ring: { } ring, Key: null, Job: null })
                rings.Add(ring);
            else root.Wrong("keyRings", $"{name} is not projects/P/locations/L/keyRings/R");
        return rings;
    }

    private static List<FaultRule> Faults(SeedNode root)
    {
        var faults = new List<FaultRule>();
        foreach (var node in root.Objects("faults"))
        {
            _ = FaultKinds.TryParse(node.Text("fault", isNeeded: true) ?? "", out var kind);
            var rule = new FaultRule(node.Text("id") ?? $"seed-{faults.Count + 1}", kind)
            {
                Principal = node.Text("principal"), Key = node.Text("key"), Operation = node.Text("operation"),
                Door = node.Text("door"), Delay = node.Duration("delay") ?? TimeSpan.Zero,
                Share = node.Number("share") ?? 1, After = node.Integer("after") ?? 0, Times = node.Integer("times"),
                Seed = node.Integer("seed") ?? 0,
            };
            if (rule.Judge() is { } wrong) node.Wrong("fault", wrong.TrimEnd('.'));
            else faults.Add(rule);
            node.RefuseUnknown();
        }

        if (faults.Count > FaultBook.MaximumRules) root.Wrong("faults", $"are at most {FaultBook.MaximumRules}");
        RefuseDoubles(root, "faults", faults.Select(f => f.Id));
        return faults;
    }

    internal static void RefuseDoubles(SeedNode root, string name, IEnumerable<string> ids)
    {
        foreach (var twice in ids.GroupBy(i => i).Where(g => g.Count() > 1)) root.Wrong(name, $"{twice.Key} is twice");
    }
}

using System.Text.Json;

namespace Keyward.Server.Settings;

/// <summary>A setting's value and where it comes from: <c>default</c>, <c>flag --listen</c>, <c>environment
/// KEYWARD_LISTEN</c>, or the file.</summary>
internal sealed record SettingValue(Setting Setting, string Value, string Origin);

/// <summary>Reads the settings: a flag beats the environment, which beats the file. Everything that is wrong is found
/// in
/// one reading, and named with its origin.</summary>
internal sealed class SettingReader
{
    /// <summary>What clients read, so that their environment may be sourced in the server's shell; and what the
    /// launcher
    /// tells the program.</summary>
    private static readonly HashSet<string> Foreign =
    [
        "KEYWARD_ADDR", "KEYWARD_CA", "KEYWARD_PROJECT", "KEYWARD_ACCOUNT", "KEYWARD_LOCATION", "KEYWARD_CREDENTIALS",
        "KEYWARD_CONTEXT", "KEYWARD_FORMAT", "KEYWARD_DEBUG", "KEYWARD_CONFIG", "KEYWARD_COMMAND",
    ];

    private static readonly JsonDocumentOptions Lenient = new()
    {
        CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false,
    };

    private const string Default = "default";

    /// <summary>Apart from production's.</summary>
    private const string DevData = "~/.keyward-dev";

    private readonly Dictionary<string, SettingValue> _values = [];

    public List<string> Errors { get; } = [];

    public IEnumerable<SettingValue> Values => SettingTable.All.Select(s => _values[s.Name]);

    public string this[Setting setting] => _values[setting.Name].Value;

    public static SettingReader Read(
        IReadOnlyDictionary<string, string> flags, IReadOnlyDictionary<string, string> environment, string? configFile)
    {
        var reader = new SettingReader();
        foreach (var setting in SettingTable.All)
            reader._values[setting.Name] = new SettingValue(setting, setting.Default, Default);
        var fromFlags = SettingTable.All.Where(s => s.Flag is not null && flags.ContainsKey(s.Flag)).ToList();
        if (flags.ContainsKey("--dev") || environment.GetValueOrDefault("KEYWARD_DEV") == "true")
            reader._values[SettingTable.Data.Name] = new SettingValue(SettingTable.Data, DevData, "default of --dev");
        // The data folder decides where the file is looked for, so it is known first.
        var data = flags.GetValueOrDefault("--data") ?? environment.GetValueOrDefault("KEYWARD_DATA");
        reader.ReadFile(FindFile(
            configFile ?? environment.GetValueOrDefault("KEYWARD_CONFIG"), data ?? reader[SettingTable.Data],
            reader.Errors));
        reader.ReadEnvironment(environment);
        foreach (var setting in fromFlags) reader.Set(setting, flags[setting.Flag!], "flag " + setting.Flag);
        reader.FindJoinedStore();
        // An empty variable in a script would make a deployment of its own where a node was wanted.
        if (fromFlags.Contains(SettingTable.Join) && reader[SettingTable.Join].Length == 0)
            reader.Errors.Add("flag --join: is empty. On a machine with credentials: keyward node join-token");
        // Who believes that the clock was moved must not find out later that it was not.
        foreach (var setting in (Setting[])[SettingTable.DevSeed, SettingTable.DevClock])
            if (reader[SettingTable.Dev] != "true" && reader[setting].Length > 0)
                reader.Errors.Add(
                    $"{reader._values[setting.Name].Origin}: counts for a development server alone: --dev");
        return reader;
    }

    private static string? FindFile(string? named, string data, List<string> errors)
    {
        if (named is not null)
        {
            if (File.Exists(named)) return named;
            errors.Add($"The configuration file {named} does not exist.");
            return null;
        }

        return ((string[])[Path.Combine(ServerSettings.Expand(data), "keyward.json"),
            "/etc/keyward/keyward.json"]).FirstOrDefault(File.Exists);
    }

    /// <summary>Beside the settings, not among them: a file of settings in the data folder would hide the
    /// operator's.</summary>
    private void FindJoinedStore()
    {
        var file = Path.Combine(ServerSettings.Expand(this[SettingTable.Data]), ServerSettings.JoinedStore);
        if (_values[SettingTable.Storage.Name].Origin != Default || this[SettingTable.PostgresFile].Length > 0
            || !File.Exists(file)) return;
        Set(SettingTable.Storage, "postgres", file);
        Set(SettingTable.PostgresFile, file, file);
    }

    private void ReadFile(string? file)
    {
        if (file is null) return;
        try
        {
            var bytes = File.ReadAllBytes(file);
            // The parser lets such bytes in strings pass and fails when these are read.
            if (!System.Text.Unicode.Utf8.IsValid(bytes)) throw new JsonException("it is not UTF-8.");
            using var json = JsonDocument.Parse(bytes, Lenient);
            if (json.RootElement.ValueKind == JsonValueKind.Object) ReadObject(json.RootElement, "", file);
            else Errors.Add($"{file}: must hold a JSON object.");
        }
        catch (Exception failure) when (failure is JsonException or IOException or UnauthorizedAccessException
            or InvalidOperationException)
        {
            // The last one: an escape in a string that stands for half a character.
            Errors.Add($"{file}: cannot be read as JSON: {failure.Message}");
        }
    }

    private void ReadObject(JsonElement json, string prefix, string file)
    {
        foreach (var property in json.EnumerateObject())
        {
            var name = prefix + property.Name;
            var setting = SettingTable.All.FirstOrDefault(s => s.Name == name);
            if (setting is null && property.Value.ValueKind == JsonValueKind.Object
                && SettingTable.All.Any(s => s.Name.StartsWith(name + ".", StringComparison.Ordinal)))
                ReadObject(property.Value, name + ".", file);
            else if (setting is null) Errors.Add($"{file}: there is no setting \"{name}\".{Suggestion(name)}");
            else if (TextOf(property.Value) is { } text) Set(setting, text, file);
            else Errors.Add($"{file}: \"{name}\" must be a text, a number, true, false or a list of texts.");
        }
    }

    private static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        JsonValueKind.Array when value.EnumerateArray().All(v => v.ValueKind == JsonValueKind.String) =>
            string.Join(',', value.EnumerateArray().Select(v => v.GetString())),
        _ => null,
    };

    private void ReadEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (variable, value) in environment.OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            if (!variable.StartsWith("KEYWARD_", StringComparison.Ordinal) || Foreign.Contains(variable)
                || IsKubernetesService(variable)) continue;
            if (SettingTable.All.FirstOrDefault(s => s.Variable == variable) is { } setting)
                Set(setting, value, "environment " + variable);
            else
                Errors.Add($"environment {variable}: there is no such setting." +
                    Suggestion(variable["KEYWARD_".Length..].ToLowerInvariant().Replace('_', '.')));
        }
    }

    /// <summary>What Kubernetes injects for a Service whose name begins with keyward; no setting ends like
    /// that.</summary>
    private static bool IsKubernetesService(string variable) =>
        variable.EndsWith("_SERVICE_HOST", StringComparison.Ordinal)
            || variable.EndsWith("_PORT", StringComparison.Ordinal)
        || variable.Contains("_SERVICE_PORT", StringComparison.Ordinal)
        || (variable.Contains("_PORT_", StringComparison.Ordinal)
            && (variable.Contains("_TCP", StringComparison.Ordinal)
                || variable.Contains("_UDP", StringComparison.Ordinal)));

    private void Set(Setting setting, string value, string origin)
    {
        _values[setting.Name] = new SettingValue(setting, value, origin);
        var parts = setting.IsList ? value.Split(',', StringSplitOptions.TrimEntries) : [value];
        foreach (var part in parts)
            if (setting.Judge(part) is { } wrong)
            {
                Errors.Add($"{origin}: {setting.Name} {wrong}.");
                return;
            }

        if (setting.JudgeAll?.Invoke(parts) is { } all) Errors.Add($"{origin}: {setting.Name} {all}.");
    }

    private static string Suggestion(string name)
    {
        var (distance, nearest) = SettingTable.All.Min(s => (Distance(s.Name, name), s.Name));
        return distance <= 3 ? $" Did you mean \"{nearest}\"?" : " All settings: keyward config show --defaults";
    }

    /// <summary>Levenshtein's edit distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var (diagonal, _) = (row[0], row[0] = i);
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }
}

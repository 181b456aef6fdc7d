using System.Text.Json;
using System.Text.Json.Serialization;
using Keyward.Server;

namespace Keyward.Cli;

/// <summary>A server that the user has logged in to.</summary>
internal sealed record Context(string Name, string Address, string CaFile, string Credentials, string? Project,
    string? Location);

/// <summary>The contexts file: which servers there are, and which is meant where nothing else says so.</summary>
internal sealed record Contexts(string? Chosen, IReadOnlyList<Context> Items)
{
    public static string Folder => Path.Combine(
        ClientSettings.Variable("XDG_CONFIG_HOME")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config"), "keyward");

    private static string FilePath => Path.Combine(Folder, "contexts.json");

    public static Contexts Load()
    {
        if (!File.Exists(FilePath)) return new Contexts(null, []);
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(FilePath), ContextsJson.Default.Contexts)
                ?? new Contexts(null, []);
        }
        catch (JsonException)
        {
            throw new FailedException($"{FilePath} is damaged.", "Delete it and run: keyward login ADDR");
        }
    }

    public static Context? Current()
    {
        var contexts = Load();
        var name = ClientSettings.Variable("KEYWARD_CONTEXT") ?? contexts.Chosen;
        return name is null ? null : contexts.Items.FirstOrDefault(c => c.Name == name)
            ?? throw new FailedException($"There is no context {name}.", "keyward context list");
    }

    public void Save()
    {
        Directory.CreateDirectory(
            Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        DataFolder.WriteSecret(FilePath, JsonSerializer.SerializeToUtf8Bytes(this, ContextsJson.Default.Contexts));
    }
}

[JsonSerializable(typeof(Contexts))]
[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class ContextsJson : JsonSerializerContext;

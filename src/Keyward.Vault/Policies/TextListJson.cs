using System.Text.Json;
using System.Text.Json.Serialization;

namespace Keyward.Vault.Policies;

/// <summary>Lists of texts as columns hold them.</summary>
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class TextListJson : JsonSerializerContext
{
    public static IReadOnlyList<string> Parse(string text) =>
        JsonSerializer.Deserialize(text, Default.IReadOnlyListString)
        ?? throw new FormatException("A stored list is none.");
}

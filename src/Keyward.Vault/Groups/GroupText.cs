using System.Text.Json;
using System.Text.Json.Serialization;
using Keyward.Vault.Identities;

namespace Keyward.Vault.Groups;

/// <summary>What a revision keeps of a group.</summary>
internal sealed record GroupText(string Description, IReadOnlyList<string> Members, StandingState State)
{
    public static string Of(PrincipalGroup group) => JsonSerializer.Serialize(
        new GroupText(group.Description, group.Members, group.State), GroupTextJson.Default.GroupText);

    public static GroupText Parse(string? text) =>
        JsonSerializer.Deserialize(text ?? "", GroupTextJson.Default.GroupText)
        ?? throw new FormatException("A stored group is none.");

    public PrincipalGroup On(PrincipalGroup group) =>
        group with { Description = Description, Members = Members, State = State };
}

[JsonSerializable(typeof(GroupText))]
internal sealed partial class GroupTextJson : JsonSerializerContext;

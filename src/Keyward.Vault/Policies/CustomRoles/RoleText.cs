using System.Text.Json;
using System.Text.Json.Serialization;
using Keyward.Vault.Identities;

namespace Keyward.Vault.Policies.CustomRoles;

/// <summary>What a revision keeps of a role.</summary>
internal sealed record RoleText(
    string Title, string Description, IReadOnlyList<string> Permissions, RoleStage Stage, StandingState State)
{
    public static string Of(CustomRole role) => JsonSerializer.Serialize(
        new RoleText(role.Title, role.Description, role.Permissions, role.Stage, role.State),
        RoleTextJson.Default.RoleText);

    public static RoleText Parse(string? text) =>
        JsonSerializer.Deserialize(text ?? "", RoleTextJson.Default.RoleText)
        ?? throw new FormatException("A stored role is none.");

    public CustomRole On(CustomRole role) => role with
    {
        Title = Title, Description = Description, Permissions = Permissions, Stage = Stage, State = State,
    };
}

[JsonSerializable(typeof(RoleText))]
internal sealed partial class RoleTextJson : JsonSerializerContext;

using System.Text.Json;
using Keyward.Vault.Identities;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Groups;

/// <summary>Principals whom policies name together as <c>group:EMAIL</c>. Its e-mail is
/// <c>NAME@PROJECT.DEPLOYMENT.groups.keyward.internal</c>, without the project for the deployment's. Groups hold no
/// groups: who is in one is plain to see. Deleted is a state of the row.</summary>
public sealed record PrincipalGroup(
    string Email, ProjectId? Project, string Name, string Description, IReadOnlyList<string> Members,
    StandingState State, DateTimeOffset CreateTime, long Revision)
{
    public const int MaximumMembers = 1_500;

    internal long Seq { get; init; }

    /// <summary>The name that policies bind.</summary>
    public string Member => "group:" + Email;

    internal static string EmailOf(Deployment deployment, ProjectId? project, string name) => project is { } p
        ? $"{name}@{p.Value}.{deployment.EmailLabel}.groups.keyward.internal"
        : $"{name}@{deployment.EmailLabel}.groups.keyward.internal";

    internal Cell[] ToCells() =>
    [
        Email, Project?.Value, Name, Description,
        JsonSerializer.Serialize(Members, TextListJson.Default.IReadOnlyListString), (long)State,
        Micros.Of(CreateTime), Revision,
    ];

    internal static PrincipalGroup Parse(Row row)
    {
        var cells = new RowReader(row);
        var email = cells.Text();
        ProjectId? project = cells.TextOrNull() is { } id
            ? ProjectId.TryParse(id, out var parsed) ? parsed : throw new FormatException("A group's project is none.")
            : null;
        return new PrincipalGroup(email, project, cells.Text(), cells.Text(), TextListJson.Parse(cells.Text()),
            (StandingState)cells.Int32(), cells.Time(), cells.Integer()) { Seq = row.Seq };
    }
}

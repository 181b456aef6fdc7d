using Keyward.Vault.Names;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Projects;

/// <summary>A tenant: its id, its 12-digit account number at the AWS door, and the key that seals its keys.</summary>
public sealed record Project(ProjectId Id, string Account, DateTimeOffset CreateTime)
{
    /// <summary>Id of the project key under which new material is sealed.</summary>
    internal byte[] ProjectKeyId { get; init; } = [];

    internal PolicyState Policy { get; init; } = PolicyState.None;

    internal long Seq { get; init; }

    internal Cell[] ToCells() =>
        [Id.Value, Account, Micros.Of(CreateTime), ProjectKeyId, Policy.Text, Policy.Revision];

    internal static Project Parse(Row row)
    {
        var cells = new RowReader(row);
        return new Project(cells.Project(), cells.Text(), cells.Time())
        {
            ProjectKeyId = cells.Bytes(), Policy = cells.Policy(), Seq = row.Seq,
        };
    }
}

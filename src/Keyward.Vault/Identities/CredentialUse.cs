using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>When a credential was last used, as it was last written down: up to <c>CredentialUses.WriteInterval</c>
/// behind the truth.</summary>
internal sealed record CredentialUse(DateTimeOffset LastUseTime)
{
    public long Seq { get; init; }

    public Cell[] ToCells(string credentialId) => [credentialId, Micros.Of(LastUseTime)];

    public static (string Id, CredentialUse Use) Parse(Row row)
    {
        var cells = new RowReader(row);
        return (cells.Text(), new CredentialUse(cells.Time()) { Seq = row.Seq });
    }
}

using Keyward.Vault.Keystores;

namespace Keyward.Vault.Storage;

/// <summary>A project key, a deployment key, a log key or the certificate authority as a row: always sealed by the
/// root.</summary>
internal sealed record SealedKeyRow(byte[] Id, SealedKey Key, DateTimeOffset CreateTime)
{
    public static readonly byte[] RootParent = new byte[16];

    public long Seq { get; init; }

    public bool IsErased => Key.Sealed.Length == 0;

    /// <summary>The row without its key, for ever.</summary>
    public SealedKeyRow Erased() => this with { Key = Key with { Sealed = [] } };

    /// <summary>The key under which the snapshot keeps it.</summary>
    public string IdText => Convert.ToHexString(Id);

    public Cell[] ToCells() => [Id, Key.Binding.Kind, Key.Binding.Name, Key.Sealed, Micros.Of(CreateTime)];

    public static SealedKeyRow Parse(Row row)
    {
        var cells = new RowReader(row);
        var id = cells.Bytes();
        var (kind, name) = (cells.Text(), cells.Text());
        var binding = new SealBinding(kind, name, 1, SealKind.RootedAlgorithm(kind), []);
        return new SealedKeyRow(id, new SealedKey(RootParent, binding, cells.Bytes()), cells.Time()) { Seq = row.Seq };
    }
}

namespace Keyward.Vault.Algorithms;

/// <summary>One row an algorithm: its purpose, the label that sealed values bind, its key length and the family that
/// metrics show. Adding an algorithm is a row here and a class in the keystore.</summary>
public sealed record AlgorithmRow(
    Algorithm Algorithm, Purpose Purpose, string SealLabel, int KeySizeBytes, string Family);

/// <summary>The algorithm table.</summary>
public static class AlgorithmTable
{
    public static readonly IReadOnlyList<AlgorithmRow> Rows =
    [
        new(Algorithm.Aes256Symmetric, Purpose.EncryptDecrypt, "AES_256_XAES_GCM", 32, "aes_gcm"),
    ];

    public static AlgorithmRow Of(Algorithm algorithm) => algorithm switch
    {
        Algorithm.Aes256Symmetric => Rows[0],
        Algorithm.Unspecified => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    /// <summary>The algorithm that a purpose has where the caller names none, if there is one.</summary>
    public static Algorithm DefaultOf(Purpose purpose) => purpose switch
    {
        Purpose.EncryptDecrypt => Algorithm.Aes256Symmetric,
        Purpose.Unspecified => Algorithm.Unspecified,
    };
}

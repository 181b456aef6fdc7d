using Keyward.Keystores.Importing;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Imports;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Software;

/// <summary>Material that comes in wrapped for an import job.</summary>
internal sealed partial class SoftwareKeystore
{
    private const string NotUnwrapped = "The key material could not be unwrapped or is not formatted correctly.";

    public Imported ImportWrapped(
        KeyMaterial wrappingKey, ImportMethod method, Algorithm algorithm, ReadOnlySpan<byte> wrapped)
    {
        using var key = _opened.Enter(wrappingKey);
        using var secret = Unwrapping.Open(key.As<IKeyPair>(), method, wrapped);
        return secret is null ? Imported.NotOpened(NotUnwrapped) : Import(algorithm, secret.Span);
    }
}

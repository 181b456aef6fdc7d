using Keyward.Vault.Algorithms;

namespace Keyward.Keystores.Software;

/// <summary>The opened form of a version that has a public half. Safe for concurrent use until it is
/// disposed.</summary>
internal interface IKeyPair : IDisposable
{
    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    byte[] PublicKey { get; }

    /// <summary>The public key as its standard writes it, without an envelope; empty where there is no such
    /// form.</summary>
    byte[] RawPublicKey { get; }

    /// <summary>Does the private half do what the public half promises? Run once on everything that is made or comes
    /// in.</summary>
    bool IsConsistent();
}

/// <summary>A pair that signs.</summary>
internal interface ISigningPair : IKeyPair
{
    byte[] Sign(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input);

    /// <summary>False for whatever is wrong with a signature, its length included.</summary>
    bool Verify(Scheme scheme, SignatureInput kind, ReadOnlySpan<byte> input, ReadOnlySpan<byte> signature);
}

/// <summary>A pair that opens what was encapsulated to it.</summary>
internal interface IEncapsulationPair : IKeyPair
{
    int CiphertextSizeBytes { get; }

    /// <summary>The ciphertext has the right length: the caller has looked.</summary>
    byte[] Decapsulate(ReadOnlySpan<byte> ciphertext);
}

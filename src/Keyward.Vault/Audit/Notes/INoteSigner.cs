namespace Keyward.Vault.Audit.Notes;

/// <summary>A key that signs notes; it stays in the keystore's assembly. Safe for concurrent use.</summary>
internal interface INoteSigner : IDisposable
{
    VerifierKey Key { get; }

    NoteSignature Sign(string noteText);

    /// <summary>The same key's signature as a witness, with its time.</summary>
    NoteSignature Cosign(string noteText, long unixSeconds);

    /// <summary>The key as a witness's, which has another id.</summary>
    VerifierKey WitnessKey { get; }
}

using Keyward.Vault.Audit.Notes;

namespace Keyward.Vault.Keystores;

/// <summary>The deployment's own keys: what the opened root key gives. It seals rows, keeps the state sum's key, makes
/// digests and tokens' MACs. Exists only while the root is open; all members are safe for concurrent use.</summary>
internal interface IKeyHierarchy : IDisposable
{
    /// <summary>A new project key sealed by the root. Adopt it before sealing versions under it.</summary>
    SealedKey MakeProjectKey(byte[] id, string projectFullName);

    /// <summary>Makes a project key available by its 16-byte id. A project key that does not open throws
    /// <see cref="SealBrokenException"/>.</summary>
    void Adopt(byte[] id, SealedKey projectKey);

    /// <summary>HMAC-SHA-256 under the row key over a framed row: 32 bytes.</summary>
    void SealRow(ReadOnlySpan<byte> framed, Span<byte> seal);

    /// <summary>Constant-time check of <see cref="SealRow"/>.</summary>
    bool CheckRow(ReadOnlySpan<byte> framed, ReadOnlySpan<byte> seal);

    /// <summary>HMAC-SHA-256 under the state sum's key over a framed row: one term of the sum, 32 bytes.</summary>
    void StateTerm(ReadOnlySpan<byte> framed, Span<byte> term);

    /// <summary>The state sum (32 bytes, big-endian) sealed together with its sequence number.</summary>
    byte[] SealStateSum(long seq, ReadOnlySpan<byte> sum);

    bool TryOpenStateSum(long seq, ReadOnlySpan<byte> sealedSum, Span<byte> sum);

    /// <summary>HMAC of the state sum for change records: first 16 bytes.</summary>
    void StateDigest(ReadOnlySpan<byte> sum, Span<byte> digest);

    /// <summary>First 16 bytes of HMAC-SHA-256(label ‖ 00 ‖ bytes) under the audit digest key.</summary>
    void AuditDigest(string label, ReadOnlySpan<byte> bytes, Span<byte> digest);

    /// <summary>HMAC-SHA-256 under the token key over frame(label, data): 32 bytes. Labels: <c>access-token/1</c>,
    /// <c>page-token/1</c>.</summary>
    void TokenMac(string label, ReadOnlySpan<byte> data, Span<byte> mac);

    /// <summary>Seals a secret that must be read again, such as an access key's, under a project key.</summary>
    SealedKey SealSecret(byte[] projectKeyId, SealBinding binding, ReadOnlySpan<byte> secret);

    /// <summary>A new Ed25519 key of a log or a witness, sealed by the root under a name of its own.</summary>
    SealedKey MakeLogKey(string name, string kind = SealKind.AuditKey);

    /// <summary>Opens a log key; its notes carry <paramref name="noteName"/>.</summary>
    INoteSigner OpenLogKey(SealedKey key, string noteName);

    /// <summary>Whether an Ed25519 signature of a note is good.</summary>
    bool CheckNote(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature);

    /// <summary>Signs a statement of the deployment with its Ed25519 statement key: 64 bytes.</summary>
    byte[] SignStatement(ReadOnlySpan<byte> statement);

    /// <summary>The statement key's public half as SubjectPublicKeyInfo.</summary>
    byte[] StatementPublicKey { get; }

    /// <summary>Tells one root from another, in hex: the present one's check value.</summary>
    string RootCheck { get; }

    /// <summary>A new root, which counts once its bridge was committed and adopted.</summary>
    /// <param name="name">Of the bridge: <c>root/GENERATION</c>.</param>
    INewRoot MakeRoot(string name);

    /// <summary>Takes the root of a bridge as the present one; the old one still opens until it is
    /// withdrawn.</summary>
    void AdoptRoot(SealedKey bridge);

    void WithdrawRoot();

    /// <summary>What the root sealed, under the present root.</summary>
    SealedKey Renew(SealedKey key);

    /// <summary>What a project key sealed, under another project key. Both were adopted.</summary>
    SealedKey Reseal(SealedKey key, byte[] projectKeyId);

    /// <summary>Known answers for seals. Throws <see cref="SelfTestException"/>.</summary>
    void SelfTest();
}

/// <summary>A root that was made and is not in use yet.</summary>
internal interface INewRoot : IDisposable
{
    /// <summary>The new root, sealed by the old one.</summary>
    SealedKey Bridge { get; }

    /// <summary>What the old root sealed, sealed by the new one.</summary>
    SealedKey Reseal(SealedKey key);
}

/// <summary>Credentials whose private half is handed to its owner once and kept nowhere.</summary>
internal interface ICredentialKeys
{
    /// <summary>A new RSA-2048 key pair: SubjectPublicKeyInfo, and PKCS#8 as PEM text for the key file.</summary>
    (byte[] PublicKey, byte[] PrivateKeyPem) MakeServiceAccountKey();

    /// <summary>A new RSA-2048 key pair that signs tokens: SubjectPublicKeyInfo, and the private half sealed by the
    /// root.</summary>
    (byte[] PublicKey, SealedKey PrivateKey) MakeTokenKey(SealBinding binding);

    /// <summary>RSASSA-PKCS1-v1_5 with SHA-256 by such a key.</summary>
    byte[] SignToken(SealedKey key, ReadOnlySpan<byte> bytes);

    /// <summary>30 random bytes in base64, 40 ASCII characters.</summary>
    byte[] MakeAccessKeySecret();

    /// <summary>Compares a MAC in constant time with HMAC-SHA-256(key, <paramref name="signed"/>), the key being
    /// derived from the secret by HMAC-SHA-256 of each step in turn, beginning with prefix ‖ secret. Derived keys are
    /// kept ready. Without a secret it takes the same time and gives false.</summary>
    bool CheckDerivedMac(SealedKey? secret, string prefix, string[] steps, ReadOnlySpan<byte> signed,
        ReadOnlySpan<byte> mac);

    /// <summary>A session's secret: 40 ASCII characters that follow from what its token says. The caller clears
    /// it.</summary>
    byte[] MakeSessionSecret(ReadOnlySpan<byte> claims);

    /// <summary>As <see cref="CheckDerivedMac"/>, with the secret of a session; nothing is kept.</summary>
    bool CheckSessionMac(ReadOnlySpan<byte> claims, string prefix, string[] steps,
        ReadOnlySpan<byte> signed, ReadOnlySpan<byte> mac);

    /// <summary>Drops the derived keys of a secret, at once.</summary>
    void Forget(SealedKey secret);
}

/// <summary>A sealed value does not open: it was altered, moved, or sealed under another root.</summary>
internal sealed class SealBrokenException(string what) : Exception($"The sealed value of {what} does not open.");

using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>A signature and the version that made it.</summary>
public sealed record Signed(byte[] Signature, Scheme Scheme, KeyVersion Version);

/// <summary>What is to be signed or verified: a message, its digest, or the representative that ML-DSA makes of
/// it.</summary>
/// <param name="Hash">The function that made the digest, where the caller's protocol says it; none where only its
/// length tells.</param>
public readonly record struct ToSign(
    SignatureInput Kind, ReadOnlyMemory<byte> Bytes, HashFunction Hash = HashFunction.None)
{
    /// <summary>The scheme to use, once the input is known to fit it.</summary>
    internal Outcome<Scheme> Judge(AlgorithmRow row, Scheme? named, KeyVersion version)
    {
        if (!VersionUse.SchemeOf(row, named, version).TryGet(out var scheme, out var refusal)) return refusal;
        var kind = Kind;
        // An algorithm that leaves the choice is used as its input demands.
        if (named is null && !SchemeTable.Takes(scheme, kind)
            && row.Schemes.FirstOrDefault(s => SchemeTable.Takes(s, kind)) is var other
            && other != Scheme.Unspecified) scheme = other;
        if (!SchemeTable.Takes(scheme, Kind)) return Unfit(row.SealLabel, scheme);
        return JudgeSize(row, scheme) is { } wrong ? wrong : scheme;
    }

    internal void Describe(RecordDraft draft)
    {
        draft.Parameter("input", Kind.ToString());
        draft.PlaintextSizeBytes = Bytes.Length;
    }

    internal string DigestLabel => Kind == SignatureInput.Message ? "message" : "digest";

    private Refusal? JudgeSize(AlgorithmRow row, Scheme scheme)
    {
        if (Kind == SignatureInput.ExternalMu)
            return Bytes.Length == SchemeTable.ExternalMuSizeBytes
                ? null
                : KeyRules.Invalid($"An external mu has {SchemeTable.ExternalMuSizeBytes} bytes.");
        if (Kind == SignatureInput.Digest)
        {
            var hash = SchemeTable.HashOf(scheme);
            if (Hash != HashFunction.None && Hash != hash)
                return KeyRules.Invalid($"The digest must be one of {Describe(hash)}, which {row.SealLabel} signs.");
            return Bytes.Length == SchemeTable.SizeBytesOf(hash)
                ? null
                : KeyRules.Invalid($"A digest of {Describe(hash)} has {SchemeTable.SizeBytesOf(hash)} bytes.");
        }

        // PKCS#1 v1.5 takes eleven bytes of the modulus for its padding (RFC 8017, 9.2).
        if (scheme == Scheme.RsaPkcs1Raw && Bytes.Length > row.SizeBytes - 11)
            return new Refusal(RefusalReason.TooLarge,
                $"Raw PKCS #1 under a modulus of {row.SizeBits} bits signs at most {row.SizeBytes - 11} bytes.");
        return Bytes.Length > VersionUse.MaximumInputSizeBytes ? TooLarge.Message : null;
    }

    private static Refusal Unfit(string label, Scheme scheme)
    {
        var taken = SchemeTable.Takes(scheme, SignatureInput.ExternalMu) ? "an external mu of the message"
            : SchemeTable.Takes(scheme, SignatureInput.Digest) ? "the data or their digest"
            : "the data themselves";
        return KeyRules.Invalid($"A key of {label} signs {taken}, and nothing else.");
    }

    private static string Describe(HashFunction hash) => hash switch
    {
        HashFunction.Sha1 => "SHA-1",
        HashFunction.Sha224 => "SHA-224",
        HashFunction.Sha256 => "SHA-256",
        HashFunction.Sha384 => "SHA-384",
        HashFunction.Sha512 => "SHA-512",
        HashFunction.None => "no hash",
    };
}

/// <summary>Signs under a version. Without a scheme, by the one that its algorithm fixes.</summary>
public sealed class Sign(KeyName key, int? version, Scheme? scheme, ToSign input) : IOperation<Signed>
{
    Verb IOperation<Signed>.Verb { get; } = new("sign", OperationClass.DataWrite);

    Demand IOperation<Signed>.Demand => Demands.On(Permission.VersionsUseToSign, key, version);

    IRequestAttributes IOperation<Signed>.Attributes => new RequestAttributes(
        (AttributeNames.Scheme, scheme), (AttributeNames.SignatureInput, input.Kind));

    void IOperation<Signed>.Describe(RecordDraft draft)
    {
        VersionUse.Describe(draft, key, version);
        input.Describe(draft);
    }

    ValueTask<Outcome<Signed>> IOperation<Signed>.RunAsync(Passage passage) =>
        VersionUse.RunAsync(passage, key, version, Purpose.AsymmetricSign, (used, row) => Run(passage, used, row));

    private Outcome<Signed> Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        if (!input.Judge(row, scheme, used).TryGet(out var chosen, out var refusal)) return refusal;
        passage.Record.Parameter("scheme", chosen.ToString());
        Digests.Add(passage, input.DigestLabel, input.Bytes.Span);
        var signature = passage.Vault.Keystore.Sign(used.Material, chosen, input.Kind, input.Bytes.Span);
        Digests.Add(passage, "signature", signature);
        return new Signed(signature, chosen, used);
    }
}

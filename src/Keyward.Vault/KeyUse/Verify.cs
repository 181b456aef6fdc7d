using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Whether a signature or MAC holds, and under which version.</summary>
public sealed record Verified(bool Holds, Scheme Scheme, KeyVersion Version);

/// <summary>Verifies a signature under a version's public half. A signature that does not hold is an answer, not a
/// refusal: each door says it in its own way.</summary>
public sealed class Verify(KeyName key, int? version, Scheme? scheme, ToSign input, ReadOnlyMemory<byte> signature)
    : IOperation<Verified>
{
    /// <summary>No signature of ours is longer: SLH-DSA-SHA2-128s has 7,856 bytes.</summary>
    public const int MaximumSignatureSizeBytes = 8_192;

    Verb IOperation<Verified>.Verb { get; } = new("verify", OperationClass.DataRead);

    Demand IOperation<Verified>.Demand => Demands.On(Permission.VersionsUseToVerify, key, version);

    IRequestAttributes IOperation<Verified>.Attributes => new RequestAttributes(
        (AttributeNames.Scheme, scheme), (AttributeNames.SignatureInput, input.Kind));

    void IOperation<Verified>.Describe(RecordDraft draft)
    {
        VersionUse.Describe(draft, key, version);
        input.Describe(draft);
    }

    ValueTask<Outcome<Verified>> IOperation<Verified>.RunAsync(Passage passage) => VersionUse.RunAsync(
        passage, key, version, Purpose.AsymmetricSign, (used, row) => Run(passage, used, row));

    private Outcome<Verified> Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        if (signature.Length > MaximumSignatureSizeBytes)
            return new Refusal(RefusalReason.TooLarge, "The signature is longer than any that there is.");
        if (!input.Judge(row, scheme, used).TryGet(out var chosen, out var refusal)) return refusal;
        passage.Record.Parameter("scheme", chosen.ToString());
        Digests.Add(passage, input.DigestLabel, input.Bytes.Span);
        Digests.Add(passage, "signature", signature.Span);
        var holds = passage.Vault.Keystore.Verify(
            used.Material, chosen, input.Kind, input.Bytes.Span, signature.Span);
        passage.Record.Parameter("holds", holds ? "true" : "false");
        return new Verified(holds, chosen, used);
    }
}

using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Checks a MAC in constant time. One that does not hold is an answer, not a refusal.</summary>
public sealed class MacVerify(
    KeyName key, int? version, Scheme? scheme, ReadOnlyMemory<byte> data, ReadOnlyMemory<byte> mac)
    : IOperation<Verified>
{
    /// <summary>HMAC-SHA-512 has 64 bytes; what is longer is wrong, and the record need not digest it.</summary>
    private const int MaximumMacSizeBytes = 1_024;

    Verb IOperation<Verified>.Verb { get; } = new("mac_verify", OperationClass.DataRead);

    Demand IOperation<Verified>.Demand => Demands.On(Permission.VersionsUseToVerifyMac, key, version);

    IRequestAttributes IOperation<Verified>.Attributes => new RequestAttributes((AttributeNames.Scheme, scheme));

    void IOperation<Verified>.Describe(RecordDraft draft)
    {
        VersionUse.Describe(draft, key, version);
        draft.PlaintextSizeBytes = data.Length;
    }

    ValueTask<Outcome<Verified>> IOperation<Verified>.RunAsync(Passage passage) =>
        VersionUse.RunAsync(passage, key, version, Purpose.Mac, (used, row) => Run(passage, used, row));

    private Outcome<Verified> Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        if (data.Length > VersionUse.MaximumInputSizeBytes) return TooLarge.MacInput;
        if (mac.Length > MaximumMacSizeBytes)
            return new Refusal(RefusalReason.TooLarge, "The MAC is longer than any that there is.");
        if (!VersionUse.SchemeOf(row, scheme, used).TryGet(out var chosen, out var refusal)) return refusal;
        Digests.Add(passage, "message", data.Span);
        Digests.Add(passage, "mac", mac.Span);
        var holds = passage.Vault.Keystore.MacVerify(used.Material, data.Span, mac.Span);
        passage.Record.Parameter("holds", holds ? "true" : "false");
        return new Verified(holds, chosen, used);
    }
}

using Keyward.Vault.Algorithms;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies;

namespace Keyward.Vault.KeyUse;

/// <summary>Makes a MAC over up to 64 KiB.</summary>
public sealed class MacSign(KeyName key, int? version, Scheme? scheme, ReadOnlyMemory<byte> data) : IOperation<Signed>
{
    Verb IOperation<Signed>.Verb { get; } = new("mac_sign", OperationClass.DataWrite);

    Demand IOperation<Signed>.Demand => Demands.On(Permission.VersionsUseToGenerateMac, key, version);

    IRequestAttributes IOperation<Signed>.Attributes => new RequestAttributes((AttributeNames.Scheme, scheme));

    void IOperation<Signed>.Describe(RecordDraft draft)
    {
        VersionUse.Describe(draft, key, version);
        draft.PlaintextSizeBytes = data.Length;
    }

    ValueTask<Outcome<Signed>> IOperation<Signed>.RunAsync(Passage passage) =>
        VersionUse.RunAsync(passage, key, version, Purpose.Mac, (used, row) => Run(passage, used, row));

    private Outcome<Signed> Run(Passage passage, KeyVersion used, AlgorithmRow row)
    {
        if (data.Length > VersionUse.MaximumInputSizeBytes) return TooLarge.MacInput;
        if (!VersionUse.SchemeOf(row, scheme, used).TryGet(out var chosen, out var refusal)) return refusal;
        Digests.Add(passage, "message", data.Span);
        var mac = passage.Vault.Keystore.MacSign(used.Material, data.Span);
        Digests.Add(passage, "mac", mac);
        return new Signed(mac, chosen, used);
    }
}

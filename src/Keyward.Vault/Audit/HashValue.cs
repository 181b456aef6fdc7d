using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Audit;

/// <summary>The keyed digest by which records show bytes, so that whoever holds the bytes finds the records. It lets
/// guesses be tried, so it is a right of its own that no administrator's role has.</summary>
public sealed record HashValue(string Label, ReadOnlyMemory<byte> Bytes) : IOperation<string>
{
    public static readonly IReadOnlyList<string> Labels =
        ["aad", "ciphertext", "digest", "mac", "message", "public_key", "signature", "token"];

    private const int DigestSizeBytes = 16;

    Verb IOperation<string>.Verb { get; } = new("hash_value", OperationClass.AdminRead);

    Demand IOperation<string>.Demand => Demand.OnDeployment(Permission.AuditHash);

    void IOperation<string>.Describe(RecordDraft draft)
    {
        draft.Resource = "audit";
        if (Labels.Contains(Label)) draft.Parameter("label", Label);
    }

    ValueTask<Outcome<string>> IOperation<string>.RunAsync(Passage passage)
    {
        if (!Labels.Contains(Label)) return new(new Refusal(RefusalReason.InvalidArgument,
            "The label must be one of: " + string.Join(", ", Labels) + "."));
        Span<byte> digest = stackalloc byte[DigestSizeBytes];
        passage.Vault.Hierarchy.AuditDigest(Label, Bytes.Span, digest);
        return new(Convert.ToHexStringLower(digest));
    }
}

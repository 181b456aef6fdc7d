using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Identities;

/// <summary>A signature by an account's key, and that key's id.</summary>
public sealed record SignedByAccount(string KeyId, byte[] Signature);

/// <summary>Signs bytes by an account's key, RSASSA-PKCS1-v1_5 with SHA-256.</summary>
public sealed record SignBlobAsAccount(string Email, ReadOnlyMemory<byte> Payload) : IOperation<SignedByAccount>
{
    Verb IOperation<SignedByAccount>.Verb { get; } = new("sign_blob", OperationClass.DataRead);

    Demand IOperation<SignedByAccount>.Demand => AccountDemand.On(Permission.ServiceAccountsSignBlob, Email);

    void IOperation<SignedByAccount>.Describe(RecordDraft draft)
    {
        TakenAccount.Describe(draft, Email);
        draft.PlaintextSizeBytes = Payload.Length;
    }

    async ValueTask<Outcome<SignedByAccount>> IOperation<SignedByAccount>.RunAsync(Passage passage)
    {
        if (Payload.IsEmpty) return new Refusal(RefusalReason.InvalidArgument, "There is nothing to sign.");
        if (!TakenAccount.Find(passage, Email).TryGet(out _, out var refusal)) return refusal;
        var demand = ((IOperation<SignedByAccount>)this).Demand;
        var signer = await TokenKeys.SignerAsync(passage, demand, Email).ConfigureAwait(false);
        return signer.TryGet(out var key, out refusal)
            ? new SignedByAccount(key.Id, TokenKeys.Sign(passage, key, Payload.Span))
            : refusal;
    }
}

/// <summary>A token signed by an account's key: <paramref name="Jwt"/> for who asked, <paramref name="KeyId"/> by which
/// it is verified.</summary>
public sealed record SignedJwt(string KeyId, string Jwt)
{
    public override string ToString() => $"SignedJwt {KeyId}";
}

/// <summary>Signs a set of claims by an account's key. It proves something to others, and lets nobody in
/// here.</summary>
public sealed record SignJwtAsAccount(string Email, string Claims) : IOperation<SignedJwt>
{
    private const int MaximumClaimsSizeBytes = 8 * 1024;
    private const int MaximumDepth = 8;

    /// <summary>Google's limit.</summary>
    private static readonly TimeSpan MaximumLifetime = TimeSpan.FromHours(12);

    private static readonly TimeSpan DefaultLifetime = TimeSpan.FromHours(1);

    Verb IOperation<SignedJwt>.Verb { get; } = new("sign_jwt", OperationClass.DataRead);

    Demand IOperation<SignedJwt>.Demand => AccountDemand.On(Permission.ServiceAccountsSignJwt, Email);

    void IOperation<SignedJwt>.Describe(RecordDraft draft) => TakenAccount.Describe(draft, Email);

    async ValueTask<Outcome<SignedJwt>> IOperation<SignedJwt>.RunAsync(Passage passage)
    {
        if (Read(passage.World) is not { } claims)
            return new Refusal(RefusalReason.InvalidArgument,
                "The payload is a JSON object of claims of at most 8 KiB whose exp, if it has one, is a time within " +
                "the next 12 hours.");
        if (!TakenAccount.Find(passage, Email).TryGet(out _, out var refusal)) return refusal;
        var demand = ((IOperation<SignedJwt>)this).Demand;
        var signer = await TokenKeys.SignerAsync(passage, demand, Email).ConfigureAwait(false);
        return signer.TryGet(out var key, out refusal)
            ? new SignedJwt(key.Id, TokenKeys.SignJwt(passage, key, claims))
            : refusal;
    }

    private byte[]? Read(DateTimeOffset now)
    {
        if (Claims.Length > MaximumClaimsSizeBytes) return null;
        try
        {
            var json = JsonNode.Parse(Claims, null,
                new JsonDocumentOptions { MaxDepth = MaximumDepth, AllowDuplicateProperties = false }) as JsonObject;
            if (json is null) return null;
            var latest = (now + MaximumLifetime).ToUnixTimeSeconds();
            if (!json.TryGetPropertyValue("exp", out var expires))
                json["exp"] = (now + DefaultLifetime).ToUnixTimeSeconds();
            else if (expires is not JsonValue value || !value.TryGetValue<long>(out var end)
                || end <= now.ToUnixTimeSeconds() || end > latest) return null;
            return Encoding.UTF8.GetBytes(json.ToJsonString());
        }
        catch (Exception failure) when (failure is JsonException or ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}

using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

public enum CredentialKind
{
    Unspecified = 0,

    /// <summary>A Google-format key file: RSA-2048, we keep the public half.</summary>
    KeyFile = 1,

    /// <summary>An access key in AWS's form: an id and a secret that signs requests, sealed.</summary>
    AccessKey = 2,

    /// <summary>A key that signs for others to verify, RSA-2048; it lets nobody in.</summary>
    TokenKey = 3,

    /// <summary>A TLS client certificate, by its key or by its URI.</summary>
    Certificate = 4,
}

/// <summary>What an account can show to be believed. Secrets are never part of it.</summary>
public sealed record Credential(
    string Id, CredentialKind Kind, string Email, StandingState State, DateTimeOffset CreateTime,
    DateTimeOffset? ExpireTime)
{
    /// <summary>SubjectPublicKeyInfo of a key file or a token key; of a certificate what is recognised.</summary>
    internal byte[]? PublicKey { get; init; }

    /// <summary>An access key's secret, sealed under its project's key; a token key's private half, by the
    /// root.</summary>
    internal SealedKey? Secret { get; init; }

    internal long Seq { get; init; }

    internal static SealBinding BindingOf(CredentialKind kind, string id) => kind == CredentialKind.TokenKey
        ? new SealBinding(SealKind.TokenKey, "tokenKeys/" + id, 1, "RSA_2048", [])
        : new SealBinding(SealKind.AccessKeySecret, "accessKeys/" + id, 1, "HMAC_SHA256", []);

    internal bool IsGoodAt(DateTimeOffset now) =>
        State == StandingState.Active && (ExpireTime is null || now < ExpireTime);

    internal Cell[] ToCells() =>
    [
        Id, (long)Kind, Email, (long)State, Micros.Of(CreateTime), Micros.Of(ExpireTime), PublicKey,
        Secret?.ParentId, Secret?.Sealed,
    ];

    internal static Credential Parse(Row row)
    {
        var cells = new RowReader(row);
        var credential = new Credential(cells.Text(), (CredentialKind)cells.Int32(), cells.Text(),
            (StandingState)cells.Int32(), cells.Time(), cells.TimeOrNull())
        {
            PublicKey = cells.BytesOrNull(), Seq = row.Seq,
        };
        var parent = cells.BytesOrNull();
        return cells.BytesOrNull() is { } secret
            ? credential with { Secret = new SealedKey(parent!, BindingOf(credential.Kind, credential.Id), secret) }
            : credential;
    }
}

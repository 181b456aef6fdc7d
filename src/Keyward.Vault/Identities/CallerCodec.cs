using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Text;
using Keyward.Vault.Federation;
using Keyward.Vault.Gate;
using Keyward.Vault.Keystores;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Identities;

/// <summary>A caller as it stands in a token of ours: what vouches for them, never what they may do. Framed fields, the
/// first names the form: <c>1</c> credential id · <c>2</c> issuer id, its uid, subject, then name and value of each
/// attribute · <c>3</c> e-mail of the account that was taken on, and who took it on, in form 1 or 2 · <c>4</c> the node
/// that a join token is for, and who made it, in form 1 or 2.</summary>
internal static class CallerCodec
{
    private const byte CredentialForm = 1;
    private const byte FederatedForm = 2;
    private const byte ImpersonatedForm = 3;
    private const byte JoiningForm = 4;

    /// <summary>Who made a join token, for the one use that it has.</summary>
    public static byte[]? EncodeJoining(Caller maker, string node) =>
        maker is { Via: null, JoinsNode: null } && Encode(maker) is { } encoded
            ? Frame.Of([JoiningForm], Frame.Text(node), encoded)
            : null;

    /// <summary>Null for a caller who came by nothing that a token could stand on.</summary>
    public static byte[]? Encode(Caller caller)
    {
        if (caller.JoinsNode is not null) return null;
        if (caller.Via is { } via)
            return Encode(via) is { } taker
                ? Frame.Of([ImpersonatedForm], Frame.Text(caller.Email), taker)
                : null;
        if (caller.Type == Caller.FederatedType)
        {
            var fields = new List<byte[]>
            {
                new[] { FederatedForm }, Frame.Text(caller.CredentialId![FederatedNames.CredentialPrefix.Length..]),
                Frame.Text(caller.IssuerUid!), Frame.Text(caller.UniqueId),
            };
            foreach (var (name, value) in caller.Attributes.OrderBy(a => a.Key, StringComparer.Ordinal))
                fields.AddRange([Frame.Text(name), Frame.Text(value)]);
            return Frame.Of([.. fields]);
        }

        return caller.CredentialId is { } id ? Frame.Of([CredentialForm], Frame.Text(id)) : null;
    }

    /// <summary>The caller as of this state; null where what vouched for them is gone. Whether it still counts is
    /// judged by <see cref="Identities.IsGood"/>.</summary>
    public static Caller? Decode(Snapshot snapshot, ReadOnlySpan<byte> bytes, bool mayBeImpersonated = true)
    {
        if (!Frame.TryRead(ref bytes, out var form) || form.Length != 1 || !TryText(ref bytes, out var first))
            return null;
        switch (form[0])
        {
            case CredentialForm when bytes.IsEmpty:
                return snapshot.Credentials.TryGetValue(first, out var credential)
                    && snapshot.Accounts.TryGetValue(credential.Email, out var account)
                        ? Identities.CallerOf(account, credential.Id) : null;
            case FederatedForm:
                return Federated(snapshot, first, bytes);
            case ImpersonatedForm when mayBeImpersonated:
                return Frame.TryRead(ref bytes, out var taker) && bytes.IsEmpty
                    && Decode(snapshot, taker, mayBeImpersonated: false) is { } via
                    && snapshot.Accounts.TryGetValue(first, out var taken)
                        ? Identities.TakenOn(taken, via) : null;
            case JoiningForm when mayBeImpersonated:
                return Frame.TryRead(ref bytes, out var maker) && bytes.IsEmpty
                    ? Decode(snapshot, maker, mayBeImpersonated: false)?.ToJoin(first) : null;
            default:
                return null;
        }
    }

    private static Caller? Federated(Snapshot snapshot, string issuerId, ReadOnlySpan<byte> bytes)
    {
        if (!TryText(ref bytes, out var uid) || !TryText(ref bytes, out var subject)
            || !snapshot.Issuers.TryGetValue(issuerId, out var issuer) || issuer.Uid != uid) return null;
        var attributes = new Dictionary<string, string>(StringComparer.Ordinal);
        while (!bytes.IsEmpty)
            if (!TryText(ref bytes, out var name) || !TryText(ref bytes, out var value)
                || !attributes.TryAdd(name, value)) return null;
        return FederatedNames.CallerOf(snapshot, issuer, subject,
            attributes.ToFrozenDictionary(StringComparer.Ordinal));
    }

    private static bool TryText(ref ReadOnlySpan<byte> rest, out string text)
    {
        var read = Frame.TryRead(ref rest, out var field);
        text = read ? Encoding.UTF8.GetString(field) : "";
        return read;
    }
}

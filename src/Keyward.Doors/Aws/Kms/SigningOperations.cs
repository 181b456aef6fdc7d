using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;

namespace Keyward.Doors.Aws.Kms;

/// <summary>Sign, Verify, GetPublicKey.</summary>
internal static class SigningOperations
{
    private const string Raw = "RAW";
    private const string Digest = "DIGEST";
    private const string ExternalMu = "EXTERNAL_MU";

    private static readonly Member Message = Member.Blob("Message", 1, 4_096).Required();
    private static readonly Member MessageType = Member.Choice("MessageType", [Raw, Digest, ExternalMu]);
    private static readonly Member Algorithm = Member.Choice("SigningAlgorithm", Schemes.Signing).Required();

    public static readonly Operation[] All =
    [
        new("Sign", new Shape(Member.Key().Required(), Message, MessageType, Member.Tokens, Algorithm,
            Member.DryRun), Sign),
        new("Verify", new Shape(Member.Key().Required(), Message, MessageType,
            Member.Blob("Signature", 1, 6_144).Required(), Algorithm, Member.Tokens, Member.DryRun), Verify),
        new("GetPublicKey", new Shape(Member.Key().Required(), Member.Tokens), GetPublicKey),
    ];

    private static ValueTask<Answer> Sign(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key) return new(answer!);
        if (Read(call, out var input, out var fault) is not { } scheme) return new(Answer.Of(fault!));
        return call.PassAsync(new Sign(key.Name, key.Version, scheme, input), (json, result) =>
        {
            json.WriteString("KeyId", Arns.Of(key));
            json.WriteBase64String("Signature", result.Signature);
            json.WriteString("SigningAlgorithm", call.Algorithm);
        });
    }

    private static ValueTask<Answer> Verify(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key) return new(answer!);
        if (Read(call, out var input, out var fault) is not { } scheme) return new(Answer.Of(fault!));
        var operation = new Verify(key.Name, key.Version, scheme, input, call.Input.Blob("Signature"));
        return call.PassAsync(operation, result => result.Holds
            ? Answer.Of(result, (json, _) =>
            {
                json.WriteString("KeyId", Arns.Of(key));
                json.WriteBoolean("SignatureValid", true);
                json.WriteString("SigningAlgorithm", call.Algorithm);
            })
            : Answer.Of(new Fault("KMSInvalidSignatureException", null, RefusalReason.Unspecified)));
    }

    private static ValueTask<Answer> GetPublicKey(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key) return new(answer!);
        return call.PassAsync(new GetPublicKey(key.Name, key.Version), (json, result) =>
        {
            var spec = KeySpecs.SpecOf(key.Algorithm);
            json.WriteString("KeyId", Arns.Of(key));
            json.WriteBase64String("PublicKey", result.Info.Span);
            json.WriteString("CustomerMasterKeySpec", spec);
            json.WriteString("KeySpec", spec);
            json.WriteString("KeyUsage", KeySpecs.UsageOf(key));
            KeySpecs.WriteAlgorithms(json, key.Algorithm);
        });
    }

    /// <summary>The scheme and its input. Ed25519ph takes a digest, which the scheme hashes once more (RFC 8032 §5.1
    /// with the 64 bytes as its message); ML-DSA takes a message or the mu of one, and no digest.</summary>
    private static Scheme? Read(Call call, out ToSign input, out Fault? fault)
    {
        var name = call.Algorithm = call.Input.Text("SigningAlgorithm")!;
        var bytes = call.Input.Blob("Message")!;
        var type = call.Input.Text("MessageType") ?? Raw;
        var scheme = Schemes.Parse(name);
        input = default;
        fault = Judge(scheme, name, type, bytes.Length);
        if (fault is not null) return null;
        var kind = type switch
        {
            Digest when scheme != Scheme.Ed25519Ph => SignatureInput.Digest,
            ExternalMu => SignatureInput.ExternalMu,
            _ => SignatureInput.Message,
        };
        input = new ToSign(kind, bytes);
        return kind == SignatureInput.ExternalMu ? Scheme.MlDsaExternalMu : scheme;
    }

    private static Fault? Judge(Scheme scheme, string name, string type, int length)
    {
        var isFit = scheme switch
        {
            Scheme.Ed25519 => type == Raw,
            Scheme.Ed25519Ph => type == Digest,
            Scheme.MlDsa => type != Digest,
            _ => type != ExternalMu,
        };
        if (!isFit) return Fault.Validation($"MessageType {type} is not valid for algorithm {name}.");
        var size = type switch
        {
            Digest when scheme == Scheme.Ed25519Ph => SchemeTable.SizeBytesOf(HashFunction.Sha512),
            Digest => SchemeTable.SizeBytesOf(SchemeTable.HashOf(scheme)),
            ExternalMu => SchemeTable.ExternalMuSizeBytes,
            _ => length,
        };
        return size == length || scheme == Scheme.Unspecified
            ? null
            : Fault.Validation($"Digest is invalid length for algorithm {name}.");
    }
}

using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.KeyUse;

namespace Keyward.Doors.Aws.Kms;

/// <summary>GenerateMac, VerifyMac, DeriveSharedSecret.</summary>
internal static class MacOperations
{
    private static readonly Member Message = Member.Blob("Message", 1, 4_096).Required();
    private static readonly Member Algorithm = Member.Choice("MacAlgorithm", Schemes.Mac).Required();

    public static readonly Operation[] All =
    [
        new("GenerateMac", new Shape(Message, Member.Key().Required(), Algorithm, Member.Tokens, Member.DryRun),
            GenerateMac),
        new("VerifyMac", new Shape(Message, Member.Key().Required(), Algorithm,
            Member.Blob("Mac", 1, 6_144).Required(), Member.Tokens, Member.DryRun), VerifyMac),
        new("DeriveSharedSecret", new Shape(Member.Key().Required(),
            Member.Choice("KeyAgreementAlgorithm", Schemes.Agreement).Required(),
            Member.Blob("PublicKey", 1, 8_192).Required(), Member.Tokens, Member.DryRun,
            EncryptionOperations.Recipient), DeriveSharedSecret),
    ];

    private static ValueTask<Answer> GenerateMac(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key) return new(answer!);
        var name = call.Algorithm = call.Input.Text("MacAlgorithm")!;
        var operation = new MacSign(key.Name, key.Version, Schemes.Parse(name), call.Input.Blob("Message"));
        return call.PassAsync(operation, (json, result) =>
        {
            json.WriteBase64String("Mac", result.Signature);
            json.WriteString("MacAlgorithm", name);
            json.WriteString("KeyId", Arns.Of(key));
        });
    }

    private static ValueTask<Answer> VerifyMac(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key) return new(answer!);
        var name = call.Algorithm = call.Input.Text("MacAlgorithm")!;
        var operation = new MacVerify(
            key.Name, key.Version, Schemes.Parse(name), call.Input.Blob("Message"), call.Input.Blob("Mac"));
        return call.PassAsync(operation, result => result.Holds
            ? Answer.Of(result, (json, _) =>
            {
                json.WriteString("KeyId", Arns.Of(key));
                json.WriteBoolean("MacValid", true);
                json.WriteString("MacAlgorithm", name);
            })
            : Answer.Of(new Fault("KMSInvalidMacException", null, RefusalReason.Unspecified)));
    }

    private static ValueTask<Answer> DeriveSharedSecret(Call call)
    {
        if (EncryptionOperations.RefuseRecipient(call) is { } refused) return new(refused);
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key) return new(answer!);
        return call.PassAsync(new Agree(key.Name, key.Version, call.Input.Blob("PublicKey")), (json, result) =>
        {
            json.WriteString("KeyId", Arns.Of(key));
            json.WriteBase64String("SharedSecret", result.Bytes);
            json.WriteString("KeyAgreementAlgorithm", "ECDH");
            json.WriteString("KeyOrigin", key.IsExternal ? "EXTERNAL" : "AWS_KMS");
        });
    }
}

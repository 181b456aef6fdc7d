using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Aws.Kms;

/// <summary>CreateKey, DescribeKey, UpdateKeyDescription.</summary>
internal static class KeyOperations
{
    /// <summary>Keys that are made here lie in this ring of their location, under their ids.</summary>
    public const string Ring = "aws";

    private static readonly string[] Origins = ["EXTERNAL", "AWS_CLOUDHSM", "AWS_KMS", "EXTERNAL_KEY_STORE"];

    public static readonly Operation[] All =
    [
        new("CreateKey", new Shape(
            PolicyCalls.Document, Member.Text("Description", 0, 8_192),
            Member.Choice("KeyUsage", KeySpecs.Usages), Member.Choice("CustomerMasterKeySpec", KeySpecs.All),
            Member.Choice("KeySpec", KeySpecs.All), Member.Choice("Origin", Origins),
            Member.Text("CustomKeyStoreId", 1, 64), Member.Boolean("BypassPolicyLockoutSafetyCheck"), Member.Tags,
            Member.Boolean("MultiRegion"),
            Member.Text("XksKeyId", 1, 128).Like(ModelPattern.ExternalKeyId)), CreateKey),
        new("DescribeKey", new Shape(Member.Key().Required(), Member.Tokens), DescribeKey),
        new("UpdateKeyDescription",
            new Shape(Member.Key().Required(), Member.Text("Description", 0, 8_192).Required()),
            UpdateKeyDescription),
    ];

    private static ValueTask<Answer> CreateKey(Call call)
    {
        var input = call.Input;
        if (input.Has("CustomKeyStoreId"))
            return new(Answer.Of(CustomStoreOperations.NotFound));
        var origin = input.Text("Origin") ?? "AWS_KMS";
        if (origin is not ("AWS_KMS" or "EXTERNAL") || input.Has("XksKeyId"))
            return new(Answer.Of(Fault.Unsupported("Custom key stores are not offered by this server.")));
        var spec = input.Text("KeySpec") ?? input.Text("CustomerMasterKeySpec") ?? KeySpecs.SymmetricDefault;
        if (input.Has("KeySpec") && input.Has("CustomerMasterKeySpec"))
            return new(Answer.Of(Fault.Validation("You cannot specify KeySpec and CustomerMasterKeySpec in the same " +
                "request. CustomerMasterKeySpec is deprecated.")));
        if (KeySpecs.Parse(spec, input.Text("KeyUsage"), out var fault) is not { } kind)
            return new(Answer.Of(fault!));
        return call.PassAsync(new CreateUnnamedKey(new KeyRingName(call.Location, Ring), kind.Purpose, kind.Algorithm)
        {
            Policy = input.Text("Policy"),
            BypassesLockoutCheck = input.Flag("BypassPolicyLockoutSafetyCheck"),
            Description = input.Text("Description") ?? "",
            Tags = input.Tags("Tags"),
            ImportOnly = origin == "EXTERNAL",
            IsMultiRegion = input.Flag("MultiRegion"),
        }, (json, view) =>
        {
            json.WriteStartObject("KeyMetadata");
            KeyMetadata.Write(json, view, call.Account, call.Gate.Now);
            json.WriteEndObject();
        });
    }

    private static ValueTask<Answer> DescribeKey(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.All, out var answer) is not { } key) return new(answer!);
        return call.PassAsync(new DescribeKey(key.Name), (json, view) =>
        {
            json.WriteStartObject("KeyMetadata");
            KeyMetadata.Write(json, view, key.Account, call.Gate.Now);
            json.WriteEndObject();
        });
    }

    private static ValueTask<Answer> UpdateKeyDescription(Call call) =>
        call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is { } key
            ? call.PassAsync(new SetDescription(key.Name, call.Input.Text("Description")!), write: null)
            : new(answer!);
}

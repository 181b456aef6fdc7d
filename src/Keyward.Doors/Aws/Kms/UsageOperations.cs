using Keyward.Doors.Aws.Wire;
using Keyward.Vault.KeyUse;

namespace Keyward.Doors.Aws.Kms;

/// <summary>GetKeyLastUsage. A use at another vendor's door is shown as the operation of AWS's that does the
/// same.</summary>
internal static class UsageOperations
{
    public static readonly Operation[] All =
        [new("GetKeyLastUsage", new Shape(Member.Key().Required()), GetKeyLastUsage)];

    private static ValueTask<Answer> GetKeyLastUsage(Call call)
    {
        if (call.FindKey("KeyId", KeyForms.IdOrArn, out var answer) is not { } key) return new(answer!);
        return call.PassAsync(new ReadLastUse(key.Name), (json, usage) =>
        {
            json.WriteString("KeyId", key.Id);
            json.WriteTime("KeyCreationDate", usage.Key.CreateTime);
            json.WriteTime("TrackingStartDate", usage.Since);
            if (usage.Last is not { } last) return;
            var request = Guid.ParseExact(last.RequestId, "N").ToString("D");
            json.WriteStartObject("KeyLastUsage");
            json.WriteString("Operation", NameOf(last.Operation));
            json.WriteTime("Timestamp", last.Time);
            json.WriteString("CloudTrailEventId", request);
            json.WriteString("KmsRequestId", request);
            json.WriteEndObject();
        });
    }

    private static string NameOf(string verb) => verb switch
    {
        "decrypt" or "asymmetric_decrypt" or "raw_decrypt" => "Decrypt",
        "re_encrypt" => "ReEncrypt",
        "generate_data_key" => "GenerateDataKey",
        "generate_data_key_without_plaintext" => "GenerateDataKeyWithoutPlaintext",
        "generate_data_key_pair" => "GenerateDataKeyPair",
        "generate_data_key_pair_without_plaintext" => "GenerateDataKeyPairWithoutPlaintext",
        "sign" => "Sign",
        "verify" => "Verify",
        "mac_sign" => "GenerateMac",
        "mac_verify" => "VerifyMac",
        "agree" or "decapsulate" => "DeriveSharedSecret",
        _ => "Encrypt",
    };
}

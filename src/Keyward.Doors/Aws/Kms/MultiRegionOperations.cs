using Keyward.Doors.Aws.Wire;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;
using Keyward.Vault.Policies.Documents;

namespace Keyward.Doors.Aws.Kms;

/// <summary>ReplicateKey, UpdatePrimaryRegion: among the locations that this deployment serves.</summary>
internal static class MultiRegionOperations
{
    public static readonly Operation[] All =
    [
        new("ReplicateKey", new Shape(Member.Key().Required(), Region("ReplicaRegion"),
            PolicyCalls.Document, Member.Boolean("BypassPolicyLockoutSafetyCheck"),
            Member.Text("Description", 0, 8_192), Member.Tags), ReplicateKey),
        new("UpdatePrimaryRegion", new Shape(Member.Key().Required(), Region("PrimaryRegion")), UpdatePrimaryRegion),
    ];

    private static Member Region(string name) => Member.Text(name, 1, 32).Required();

    private static async ValueTask<Answer> ReplicateKey(Call call)
    {
        var region = RegionOf(call, "ReplicaRegion", out var answer);
        if (region is null || call.FindKey("KeyId", KeyForms.IdOrArn, out answer) is not { } key) return answer!;
        var tags = call.Input.Tags("Tags");
        var policy = call.Input.Text("Policy");
        var replicated = await call.PassAsync(new ReplicateKey(key.Name, region.Value)
        {
            Policy = policy, BypassesLockoutCheck = call.Input.Flag("BypassPolicyLockoutSafetyCheck"),
            Description = call.Input.Text("Description") ?? "", Tags = tags,
        }, (json, view) =>
        {
            json.WriteStartObject("ReplicaKeyMetadata");
            KeyMetadata.Write(json, view, key.Account, call.Gate.Now);
            json.WriteEndObject();
            json.WriteString("ReplicaPolicy", policy ?? DefaultKeyPolicy.TextFor(key.Account));
            json.WriteStartArray("ReplicaTags");
            foreach (var tag in tags)
            {
                json.WriteStartObject();
                json.WriteString("TagKey", tag.Key);
                json.WriteString("TagValue", tag.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }).ConfigureAwait(false);
        return replicated.Fault is { Reason: RefusalReason.AlreadyExists } taken
            ? Answer.Of(taken with 
            {
                Message = $"Key '{Arns.OfKey(region.Value.Value, key.Account, key.Id)}' already exists",
            })
            : replicated;
    }

    private static async ValueTask<Answer> UpdatePrimaryRegion(Call call)
    {
        var region = RegionOf(call, "PrimaryRegion", out var answer);
        if (region is null || call.FindKey("KeyId", KeyForms.IdOrArn, out answer) is not { } key) return answer!;
        var moved = await call.PassAsync(new MovePrimary(key.Name, region.Value), write: null).ConfigureAwait(false);
        return moved.Fault is { Reason: RefusalReason.NotFound }
            ? Answer.Of(Fault.NotFound(
                $"Key '{Arns.OfKey(region.Value.Value, key.Account, key.Id)}' does not exist"))
            : moved;
    }

    private static LocationId? RegionOf(Call call, string member, out Answer? answer)
    {
        var text = call.Input.Text(member)!;
        if (LocationId.TryParse(text, out var region) && call.Gate.Settings.Locations.Contains(text))
        {
            answer = null;
            return region;
        }

        // Names of locations that are not AWS's need not be like a Region's, so that is asked of the others only.
        answer = Answer.Of(ModelPattern.Region.Matches(text)
            ? Fault.Validation($"{text} is not a region that this server has.")
            : Constraints.Broken(text, char.ToLowerInvariant(member[0]) + member[1..],
                $"satisfy regular expression pattern: {ModelPattern.Region}"));
        return null;
    }
}

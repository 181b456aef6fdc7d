using System.Globalization;
using Google.Cloud.Kms.V1;
using Google.LongRunning;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Google;

/// <summary>google.longrunning.Operations. Only deletions are operations here, and they come back done: an operation's
/// name says which deletion it was, so it can be asked for at any time and no list of operations is kept.</summary>
internal sealed class Operations(Gate gate) : global::Google.LongRunning.Operations.OperationsBase
{
    private const string OfKey = "deleteCryptoKey";
    private const string OfVersion = "deleteCryptoKeyVersion";

    public override Task<Operation> GetOperation(GetOperationRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Deletion>> operation =
            Parse(request.Name).TryGet(out var asked, out var refusal)
                ? new GetDeletion(asked.Key, asked.Version)
                : refusal;
        return gate.PassAsync(context, operation, Show);
    }

    public static Operation Show(Deletion deletion)
    {
        var ring = deletion.Key.Parent;
        // Ids have no dots, so the parts come apart again.
        var id = deletion.Version is { } number
            ? string.Create(CultureInfo.InvariantCulture, $"{OfVersion}.{ring.Ring}.{deletion.Key.Key}.{number}")
            : $"{OfKey}.{ring.Ring}.{deletion.Key.Key}";
        return new Operation
        {
            Name = $"{ring.Parent}/operations/{id}",
            Done = true,
            Metadata = deletion.Retired is { } retired
                ? Any.Pack(new DeleteCryptoKeyMetadata { RetiredResource = retired.ToString() })
                : Any.Pack(new DeleteCryptoKeyVersionMetadata()),
            Response = Any.Pack(new Empty()),
        };
    }

    private static Outcome<(KeyName Key, int? Version)> Parse(string name)
    {
        var at = name.LastIndexOf("/operations/", StringComparison.Ordinal);
        if (at < 0 || !ResourceNames.Location(name[..at]).TryGet(out var location, out _)) return Bad();
        var parts = name[(at + "/operations/".Length)..].Split('.');
        if (parts.Length < 3 || !ResourceId.IsValid(parts[1]) || !ResourceId.IsValid(parts[2])) return Missing(name);
        var key = new KeyName(new KeyRingName(location, parts[1]), parts[2]);
        return parts switch
        {
            [OfKey, _, _] => (key, (int?)null),
            [OfVersion, _, _, var number] when DecimalNumber.TryParse(number, out int version) => (key, (int?)version),
            _ => Missing(name),
        };
    }

    private static Refusal Bad() => new(RefusalReason.InvalidArgument,
        "The resource name does not have the form projects/P/locations/L/operations/ID.");

    private static Refusal Missing(string name) => new(RefusalReason.NotFound, "There is no such operation.", name);
}

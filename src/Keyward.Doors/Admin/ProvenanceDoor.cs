using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Gate;
using Keyward.Vault.Keys;
using Keyward.Vault.Names;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Provenance.</summary>
internal sealed class ProvenanceDoor(Gate gate) : Provenance.ProvenanceBase
{
    public override Task<Protos.V1.ProvenanceStatement> GetProvenance(
        GetProvenanceRequest request, ServerCallContext context)
    {
        Outcome<IOperation<Vault.Keys.ProvenanceStatement>> operation =
            VersionName.TryParse(request.Name, out var name)
                ? new GetProvenance(name)
                : new Refusal(RefusalReason.InvalidArgument, "The name is not the full name of a key version.");
        return gate.PassAsync(context, operation, statement => new Protos.V1.ProvenanceStatement
        {
            Statement = ByteString.CopyFrom(statement.Statement),
            Signature = ByteString.CopyFrom(statement.Signature),
            PublicKey = ByteString.CopyFrom(statement.PublicKey),
        });
    }
}

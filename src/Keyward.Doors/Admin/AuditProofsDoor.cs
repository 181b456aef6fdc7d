using Google.Api;
using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Gate;
using Keyward.Vault.Names;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.AuditProofs.</summary>
internal sealed class AuditProofsDoor(Gate gate) : AuditProofs.AuditProofsBase
{
    public override Task<RecordProof> ProveRecord(ProveRecordRequest request, ServerCallContext context) =>
        gate.PassAsync(context, Prove(request), proven => new RecordProof
        {
            Log = proven.Proof.Signed.Checkpoint.Origin,
            Index = proven.Proof.Index,
            Record = System.Text.Encoding.UTF8.GetString(proven.Record.Span),
            Proof = proven.Proof.ToString(),
        });

    public override Task<ConsistencyProof> ProveConsistency(
        ProveConsistencyRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ProveExtension(request.OldSize, request.Size == 0 ? null : request.Size), proof =>
            new ConsistencyProof
            {
                OldSize = proof.OldSize,
                Size = proof.Size,
                Hashes = { proof.Hashes.Select(ByteString.CopyFrom) },
                Checkpoint = proof.Signed.Note.ToString(),
            });

    public override Task<ListVerifierKeysResponse> ListVerifierKeys(
        ListVerifierKeysRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ReadLogKeys(), keys =>
            new ListVerifierKeysResponse { Vkeys = { keys.Select(k => k.ToString()) } });

    public override Task<HttpBody> ReadLogFile(ReadLogFileRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new ReadLogFile(request.Log, request.Path), bytes => new HttpBody
        {
            ContentType = request.Path == "checkpoint" ? "text/plain; charset=utf-8" : "application/octet-stream",
            Data = UnsafeByteOperations.UnsafeWrap(bytes),
        });

    public override Task<HashValueResponse> HashValue(HashValueRequest request, ServerCallContext context) =>
        gate.PassAsync(context, new HashValue(request.Label, request.Value.Memory), digest =>
            new HashValueResponse { Digest = digest });

    private static Outcome<IOperation<ProvenRecord>> Prove(ProveRecordRequest request)
    {
        if (!Parents.ParseOrAll(request.Parent).TryGet(out var project, out var refusal)) return refusal;
        return RecordReference.TryParse(request.Record, out var reference)
            ? new ProveRecord(project, reference)
            : new Refusal(RefusalReason.InvalidArgument,
                "A record is named by its receipt (x-keyward-receipt), or by its request's id of 32 hex digits.");
    }
}

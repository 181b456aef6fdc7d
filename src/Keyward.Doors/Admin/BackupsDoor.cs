using Google.Protobuf;
using Grpc.Core;
using Keyward.Doors.Rpc;
using Keyward.Protos.V1;
using Keyward.Vault.Backups;
using Keyward.Vault.Gate;

namespace Keyward.Doors.Admin;

/// <summary>keyward.v1.Backups.</summary>
internal sealed class BackupsDoor(Gate gate) : Backups.BackupsBase
{
    /// <summary>Small enough for any limit of a message on the way.</summary>
    private const int ChunkSizeBytes = 256 * 1024;

    public override async Task CreateBackup(
        CreateBackupRequest request, IServerStreamWriter<BackupChunk> responseStream, ServerCallContext context)
    {
        Backup? backup = null;
        await gate.PassAsync(context, new CreateBackup(request.Base, request.BaseLog, request.BaseSize), begun =>
        {
            backup = begun;
            return new BackupChunk();
        }).ConfigureAwait(false);
        if (backup is null) return;
        await foreach (var part in backup.ReadAsync(context.CancellationToken).ConfigureAwait(false))
            for (var at = 0; at < part.Length; at += ChunkSizeBytes)
                await responseStream.WriteAsync(new BackupChunk
                {
                    Bytes = ByteString.CopyFrom(part.Span.Slice(at, Math.Min(ChunkSizeBytes, part.Length - at))),
                }, context.CancellationToken).ConfigureAwait(false);
    }
}

using System.Globalization;
using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.Backups;

/// <summary>Begins a backup of the store and of this node's log, while all goes on.</summary>
/// <param name="Base">The backup that it builds on, so that the log's older part is left out; empty for a whole
/// one.</param>
/// <param name="BaseLog">That backup's log and its size there.</param>
public sealed record CreateBackup(string Base, string BaseLog, long BaseSize) : IOperation<Backup>
{
    private const int IdSizeDigits = 32;

    Verb IOperation<Backup>.Verb { get; } = new("create_backup", OperationClass.AdminRead);

    Demand IOperation<Backup>.Demand => Demand.OnDeployment(Permission.BackupsCreate, "backups");

    void IOperation<Backup>.Describe(RecordDraft draft)
    {
        draft.Resource = "backups";
        if (IsId(Base)) draft.Parameter("base", Base);
    }

    async ValueTask<Outcome<Backup>> IOperation<Backup>.RunAsync(Passage passage)
    {
        if (Base.Length > 0 && !IsId(Base))
            return new Refusal(RefusalReason.InvalidArgument, "The base is a backup's id, 32 hex digits.");
        if (passage.Log.Tree is not { } tree || passage.Log.Source is not { } source) return LogRefusals.NoTree;
        var copy = await passage.Vault.Store!.CopyAsync(CancellationToken.None).ConfigureAwait(false);
        // Signed after the store was read: every change in the copy is in this log by now, or in the copy's outbox.
        var signed = await tree.CoverAsync(passage.Log.Size).ConfigureAwait(false);
        var from = Base.Length == 0 || BaseLog != passage.Log.Origin ? 0 : BaseSize;
        if (from < 0 || from > signed.Checkpoint.Size)
            return new Refusal(RefusalReason.InvalidArgument,
                $"The base has more records ({from}) than the log ({signed.Checkpoint.Size}): it is of another one.");
        var deployment = copy.Rows.First(r => r.Table == Tables.Deployment);
        var manifest = new BackupManifest(BackupManifest.Newest, Founding.NewId(), Base.Length == 0 ? null : Base,
            Deployment.Parse(deployment).Id, passage.Settings.Node, passage.Settings.Build, Micros.Trim(passage.Now),
            copy.Counter.Seq, copy.Rows.Count,
            [new BackedUpLog(signed.Checkpoint.Origin, signed.Checkpoint.Size, from)]);
        passage.Record.Parameter("backup", manifest.Id);
        passage.Record.Parameter("seq", manifest.Seq.ToString(CultureInfo.InvariantCulture));
        return new Backup(manifest, copy, source, signed.Note.ToBytes());
    }

    private static bool IsId(string text) => text.Length == IdSizeDigits && text.All(char.IsAsciiHexDigitLower);
}

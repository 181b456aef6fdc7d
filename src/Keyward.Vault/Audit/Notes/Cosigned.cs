using Keyward.Vault.Audit.Tree;

namespace Keyward.Vault.Audit.Notes;

/// <summary>The newest checkpoint for which witnesses have vouched, in a file of its own beside the newest one of
/// all.</summary>
internal static class Cosigned
{
    public const string FileName = "cosigned";

    public static async ValueTask<SignedCheckpoint?> ReadAsync(ITreeSource source, CancellationToken cancellation) =>
        await source.ReadAsync(FileName, cancellation).ConfigureAwait(false) is { } bytes
            && SignedCheckpoint.TryParse(bytes, out var signed) ? signed : null;
}

using System.CommandLine;
using Keyward.Keystores.Age;
using Keyward.Vault.Audit.Keeping;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Cli;

/// <summary>A log's folder whose records may be sealed, as an archive's are (setting
/// <c>audit.archive_recipients</c>): they are opened by the identities that are given.</summary>
internal sealed class SealedArchive(string folder, IReadOnlyList<AgeIdentity> identities) : ITreeSource
{
    public static readonly Option<string[]> Identity = new("--identity")
    {
        HelpName = "FILE",
        Description = "A file of keyward backup keygen that opens a sealed archive; may be repeated.",
    };

    private readonly TreeFolder _files = new(folder);

    public static SealedArchive Open(Session session, string folder) =>
        new(folder, BackupCommands.ReadIdentities(session, session.Get(Identity) ?? []));

    public async ValueTask<byte[]?> ReadAsync(string path, CancellationToken cancellation)
    {
        if (await _files.ReadAsync(path, cancellation).ConfigureAwait(false) is { } clear) return clear;
        var name = path + SealedBundles.Ending;
        if (await _files.ReadAsync(name, cancellation).ConfigureAwait(false) is not { } file) return null;
        if (identities.Count == 0)
            throw new FailedException($"{name} is sealed, and nothing was given that opens it: nothing was checked.",
                "Give the file of the identity that it is sealed to: --identity FILE");
        try
        {
            return AgeReader.Open(file, identities);
        }
        catch (InvalidDataException wrong)
        {
            throw new TreeFileException(name, "cannot be opened: " + wrong.Message);
        }
    }
}

using System.Globalization;
using System.Text;
using Keyward.Vault.Names;
using Keyward.Vault.Storage;

namespace Keyward.Server;

/// <summary>The last change of the shared store that this node has applied, on its own disk, where a store that is put
/// back cannot reach it: a node that was stopped meanwhile notices, too. Not thread-safe.</summary>
internal sealed class StoreMemory(DataFolder folder, OpenedVault vault)
{
    private long _kept;

    /// <summary>Zero where this node knows nothing of this store; a restored one is another.</summary>
    public static long Of(DataFolder folder, byte[] incarnation)
    {
        var file = FileOf(folder);
        return File.Exists(file) && File.ReadAllText(file).TrimEnd('\n').Split(' ') is [var store, var seq]
            && store == Convert.ToHexString(incarnation)
            && DecimalNumber.TryParse(seq, out long known)
            ? known
            : 0;
    }

    /// <summary>To be called once a second. A disk that takes no file is tried again.</summary>
    public void Keep()
    {
        var applied = vault.Snapshot.Seq;
        if (applied <= _kept) return;
        try
        {
            DataFolder.WriteSecret(FileOf(folder), Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture, $"{Convert.ToHexString(vault.Incarnation)} {applied}\n")));
            _kept = applied;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The log's own disk: what is wrong with it is told where it matters.
        }
    }

    private static string FileOf(DataFolder folder) => folder.In("applied");
}

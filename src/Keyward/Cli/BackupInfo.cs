using System.Text.Json;
using Keyward.Server;
using Keyward.Vault.Backups;

namespace Keyward.Cli;

/// <summary>The file beside a backup, in clear: what it is and how far it goes, so that the next one can build on it
/// without being able to open it.</summary>
internal sealed record BackupInfo(BackupManifest Manifest)
{
    private const string Suffix = ".info";

    public static void Write(string file, BackupManifest manifest) => DataFolder.WriteSecret(
        file + Suffix, JsonSerializer.SerializeToUtf8Bytes(manifest, BackupJson.Default.BackupManifest));

    public static BackupInfo Read(string file)
    {
        try
        {
            return new BackupInfo(JsonSerializer.Deserialize(
                File.ReadAllBytes(file + Suffix), BackupJson.Default.BackupManifest)!);
        }
        catch (JsonException)
        {
            throw new FailedException($"{file}{Suffix} is not what keyward backup create wrote.");
        }
        catch (FileNotFoundException)
        {
            throw new FailedException($"{file}{Suffix} is missing.", "Make a whole backup instead: leave --base out");
        }
    }
}

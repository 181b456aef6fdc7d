using System.Globalization;
using System.Text;
using Keyward.Keystores.Root;
using Keyward.Tests.Conformance;
using Keyward.Tests.Vault.Audit.Tree;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Verification;

namespace Keyward.Tests.Vault.Audit.Verification;

/// <summary>A log on disk as the server writes it: journal, tree, and the file of verifier keys.</summary>
internal sealed class WrittenLog : IDisposable
{
    public const string Origin = "keyward/0123456789abcdef/node-1";

    private readonly TemporaryFolder _folder = new();
    private readonly NoteSigner _key = LogKey.Of(Origin);

    public string AuditFolder => _folder.Path;

    public string Folder => _folder.In("node-1");

    public string VerifierKeys => _folder.In("vkey");

    public NoteSigner Key => _key;

    public static async Task<WrittenLog> OfAsync(params int[] sizes)
    {
        var written = new WrittenLog();
        await File.WriteAllTextAsync(written.VerifierKeys, written._key.Key + "\n");
        var count = 0;
        foreach (var size in sizes)
        {
            using var log = written.Open();
            while (count < size)
            {
                var appends = new List<Task<Receipt>>();
                for (; count < size && appends.Count < 20_000; count++) appends.Add(log.AppendAsync(Record(count)).AsTask());
                await Task.WhenAll(appends);
            }

            await log.Tree!.CoverAsync(size);
        }

        return written;
    }

    public AuditLog Open()
    {
        var log = AuditLog.Open(new JournalFiles(Path.Combine(Folder, "journal")), Origin, 0);
        var files = new TreeFiles(Folder);
        log.BeginTree(TreeWriter.Open(files, Origin, [_key.Key], NoteSigner.IsGood), files, [_key], TimeProvider.System);
        return log;
    }

    public Task<LogReport> VerifyAsync(params SignedCheckpoint[] since) =>
        new LogVerifier([_key.Key], NoteSigner.IsGood) { Since = since }.VerifyFolderAsync(Folder, Origin, default);

    public static byte[] Record(int i) => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
        $"{{\"v\":1,\"id\":\"{i:x32}\",\"nonce\":\"00\",\"time\":\"2026-11-25T20:00:{i % 60:d2}.000000Z\",\"operation\":\"encrypt\"}}"));

    public void Dispose()
    {
        _key.Dispose();
        _folder.Dispose();
    }
}

using Keyward.Keystores.Root;
using Keyward.Vault.Audit.Verification;

namespace Keyward.Tests.Vault.Audit.Verification;

public sealed class LogSelfCheckTests
{
    private readonly LogSelfCheck _check = new(NoteSigner.IsGood, TimeProvider.System);

    [Fact]
    public async Task A_log_that_holds_is_found_to_hold_also_while_it_grows()
    {
        using var log = await WrittenLog.OfAsync(300);
        Assert.Empty(await RunAsync(log));
        Assert.True(_check.VerifiedAtSeconds > 0);
        using (var writing = log.Open())
            for (var i = 300; i < 330; i++)
            {
                await writing.AppendAsync(WrittenLog.Record(i));
                await writing.Tree!.CoverAsync(i + 1);
                Assert.Empty(await RunAsync(log));
            }

        Assert.Equal(0, _check.Failures);
    }

    [Fact]
    public async Task What_is_altered_behind_the_server_is_found()
    {
        using var log = await WrittenLog.OfAsync(300);
        var file = Path.Combine(log.Folder, "tile/entries/000");
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[100] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var broken = Assert.Single(await RunAsync(log));
        Assert.Contains(broken.Faults, f => f.Path == "tile/entries/000");
        Assert.Equal((1, 0), (_check.Failures, _check.VerifiedAtSeconds));
    }

    [Fact]
    public async Task A_log_that_was_put_back_since_the_last_check_is_found()
    {
        using var newer = await WrittenLog.OfAsync(300, 400);
        using var older = await WrittenLog.OfAsync(300);
        Assert.Empty(await RunAsync(newer));
        Assert.Contains("rolled back", Assert.Single(await RunAsync(older)).Faults[0].Sentence);
    }

    private Task<IReadOnlyList<LogReport>> RunAsync(WrittenLog log) =>
        _check.RunAsync([(WrittenLog.Origin, log.Folder)], [log.Key.Key], TestContext.Current.CancellationToken);
}

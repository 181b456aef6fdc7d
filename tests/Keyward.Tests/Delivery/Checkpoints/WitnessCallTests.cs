using Keyward.Delivery.Checkpoints;
using Keyward.Delivery.Sinks;
using Keyward.Keystores.Root;
using Keyward.Tests.Delivery.Sinks;
using Keyward.Tests.Vault.Audit.Tree;
using Keyward.Tests.Vault.Audit.Verification;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;

namespace Keyward.Tests.Delivery.Checkpoints;

/// <summary>A witness that refuses, and what the operator is told of it.</summary>
public sealed class WitnessCallTests
{
    [Theory]
    [InlineData(404, "its verifier key has to be added there")]
    [InlineData(403, "add the newest there")]
    [InlineData(422, "the log did not merely grow")]
    [InlineData(500, "answered 500")]
    public async Task A_refusal_is_told_with_what_to_do(int status, string said)
    {
        await using var host = await SinkHost.StartAsync();
        using var written = await WrittenLog.OfAsync(3);
        Assert.True(SignedCheckpoint.TryParse(
            await File.ReadAllBytesAsync(Path.Combine(written.Folder, "checkpoint")), out var signed));
        using var key = LogKey.Of("witness.example/w1");
        Assert.True(WitnessSettings.TryParse(
            $"{key.Key.AsWitness()} https://{host.Authority}/w?ca_file={host.CaFile}", out var settings));
        host.Answer(status, "");
        using var witness = new WitnessCall(settings, NoteSigner.IsGood, TimeProvider.System);
        var refused = await Assert.ThrowsAsync<DeliveryException>(
            async () => await witness.AskAsync(signed, new TreeFolder(written.Folder), default));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Equal("/w/add-checkpoint", host.Requests[0].Path);
    }
}

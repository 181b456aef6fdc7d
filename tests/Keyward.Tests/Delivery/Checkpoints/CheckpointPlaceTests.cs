using Keyward.Delivery.Checkpoints;
using Keyward.Delivery.Sinks;
using Keyward.Tests.Delivery.Sinks;
using Keyward.Tests.Vault.Audit.Verification;
using Keyward.Vault.Audit.Notes;

namespace Keyward.Tests.Delivery.Checkpoints;

/// <summary>Checkpoints brought to an address outside: what is sent, and that nothing but success counts.</summary>
public sealed class CheckpointPlaceTests
{
    [Fact]
    public async Task A_checkpoint_is_put_under_the_logs_name_as_it_was_signed()
    {
        await using var host = await SinkHost.StartAsync();
        using var written = await WrittenLog.OfAsync(300);
        Assert.True(SignedCheckpoint.TryParse(
            await File.ReadAllBytesAsync(Path.Combine(written.Folder, "checkpoint")), out var signed));
        using var place = Make(host);
        await place.PutAsync(signed, default);
        var request = Assert.Single(host.Requests);
        Assert.Equal("/logs/node-1/checkpoint", request.Path);
        Assert.Equal("Bearer s3cret", request.Headers["Authorization"]);
        Assert.Equal(signed.Note.ToString(), request.Body);
        Assert.True(SignedCheckpoint.TryParse(System.Text.Encoding.UTF8.GetBytes(request.Body), out var there));
        Assert.Equal(300, there.Checkpoint.Size);
    }

    [Theory]
    [InlineData(302)]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(500)]
    public async Task A_place_that_does_not_take_it_is_a_failure(int status)
    {
        await using var host = await SinkHost.StartAsync();
        using var written = await WrittenLog.OfAsync(3);
        Assert.True(SignedCheckpoint.TryParse(
            await File.ReadAllBytesAsync(Path.Combine(written.Folder, "checkpoint")), out var signed));
        host.Answer(status, "no");
        using var place = Make(host);
        await Assert.ThrowsAsync<DeliveryException>(async () => await place.PutAsync(signed, default));
    }

    [Theory]
    [InlineData("safe=splunk+https://splunk.example:8088")]
    [InlineData("safe=http://anchors.example")]
    [InlineData("/mnt/worm")]
    public void A_place_that_cannot_be_meant_is_refused_with_what_it_takes(string text) =>
        Assert.Equal("must be NAME=ADDRESS with a file or https address, such as safe=file:///mnt/worm/keyward",
            CheckpointPlace.WhyNot(text));

    private static CheckpointPlace Make(SinkHost host)
    {
        Assert.True(SinkSettings.TryParse(
            $"safe=https://{host.Authority}/logs?ca_file={host.CaFile}&token_file={host.TokenFile}", out var settings));
        return new CheckpointPlace(settings, TimeProvider.System);
    }
}

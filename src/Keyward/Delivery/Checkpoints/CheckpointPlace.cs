using System.Globalization;
using System.Text;
using Keyward.Delivery.Sinks;
using Keyward.Server;
using Keyward.Vault.Audit;
using Keyward.Vault.Audit.Notes;

namespace Keyward.Delivery.Checkpoints;

/// <summary>A place outside the server where the newest checkpoint is kept, <c>NAME/checkpoint</c> below a folder or an
/// address. What is larger there is never replaced: it is the evidence that a log was put back.</summary>
internal sealed class CheckpointPlace(SinkSettings settings, TimeProvider time) : IDisposable
{
    private readonly HttpCalls? _calls =
        settings.Kind == SinkKind.Webhook ? new HttpCalls(settings, "Bearer", time) : null;

    public string Name => settings.Name;

    public static string? WhyNot(string text)
    {
        if (text.Length == 0) return null;
        return SinkSettings.TryParse(text, out var place) && place.Kind is SinkKind.File or SinkKind.Webhook
            ? SinkSettings.WhyNot(text)
            : "must be NAME=ADDRESS with a file or https address, such as safe=file:///mnt/worm/keyward";
    }

    public async ValueTask PutAsync(SignedCheckpoint signed, CancellationToken cancellation)
    {
        var log = LogKeys.FolderOf(signed.Checkpoint.Origin);
        if (_calls is null)
        {
            PutFile(Path.Combine(settings.Address.LocalPath, log), signed);
            return;
        }

        using var answer = await _calls.SendAsync(HttpMethod.Put, $"/{log}/checkpoint", "text/plain",
            signed.Note.ToString(), [], cancellation).ConfigureAwait(false);
        if (!answer.IsSuccessStatusCode) throw _calls.Failed(answer);
    }

    public void Dispose() => _calls?.Dispose();

    private static void PutFile(string folder, SignedCheckpoint signed)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "checkpoint");
        if (File.Exists(file) && SignedCheckpoint.TryParse(File.ReadAllBytes(file), out var there)
            && (there.Checkpoint.Size > signed.Checkpoint.Size
                || (there.Checkpoint.Size == signed.Checkpoint.Size && !there.Checkpoint.IsSame(signed.Checkpoint))))
            throw new DeliveryException(string.Create(CultureInfo.InvariantCulture,
                $"{file} is of size {there.Checkpoint.Size}, the log of {signed.Checkpoint.Size}: was it put back?"));
        DataFolder.WriteSecret(file, Encoding.UTF8.GetBytes(signed.Note.ToString()));
    }
}

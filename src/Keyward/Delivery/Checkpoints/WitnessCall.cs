using System.Globalization;
using System.Net;
using System.Text;
using Keyward.Delivery.Sinks;
using Keyward.Vault.Audit.Notes;
using Keyward.Vault.Audit.Tree;
using Keyward.Vault.Audit.Witnessing;
using Keyward.Vault.Names;

namespace Keyward.Delivery.Checkpoints;

/// <summary>Asks one witness to vouch for a log (C2SP tlog-witness, from the log's side). It keeps the size up to which
/// the witness has followed; the witness corrects it. One caller at a time.</summary>
internal sealed class WitnessCall(WitnessSettings settings, SignatureCheck check, TimeProvider time) : IDisposable
{
    private const string Path = "/add-checkpoint";

    private readonly HttpCalls _calls = new(settings.Call, "Bearer", time);
    private long _size;

    public string Name => settings.Key.Name;

    public VerifierKey Key => settings.Key;

    /// <summary>The witness's cosignature, which was checked. Failures are a <see cref="DeliveryException"/>.</summary>
    public async ValueTask<NoteSignature> AskAsync(
        SignedCheckpoint signed, ITreeSource source, CancellationToken cancellation)
    {
        var answer = await TryAskAsync(signed, source, cancellation).ConfigureAwait(false);
        // Once more from the size that it named; then it is somebody else who asks at the same time.
        answer ??= await TryAskAsync(signed, source, cancellation).ConfigureAwait(false);
        if (answer is null) throw new DeliveryException($"{_calls.Where} keeps naming other sizes.");
        foreach (var line in answer.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            if (NoteSignature.TryParse(line, out var cosignature) && cosignature.Name == Key.Name
                && cosignature.KeyId == Key.Id
                && new SignedNote(signed.Note.Text, [cosignature]).SignedBy([Key], check) is { Count: 1 })
            {
                _size = signed.Checkpoint.Size;
                return cosignature;
            }

        throw new DeliveryException($"{_calls.Where} gave no good cosignature by {Key.Name}.");
    }

    public void Dispose() => _calls.Dispose();

    /// <summary>The answer; null where the witness named another size, which counts from then on.</summary>
    private async ValueTask<string?> TryAskAsync(
        SignedCheckpoint signed, ITreeSource source, CancellationToken cancellation)
    {
        var size = signed.Checkpoint.Size;
        if (_size > size)
            throw new DeliveryException(string.Create(CultureInfo.InvariantCulture,
                $"{_calls.Where} knows {_size} records of this log, which has {size}: was it put back?"));
        var proof = await new Prover(source, signed).ExtensionAsync(_size, cancellation).ConfigureAwait(false);
        using var answer = await _calls.SendAsync(HttpMethod.Post, Path, "text/plain",
            new CosignRequest(_size, proof, signed).ToString(), [], cancellation).ConfigureAwait(false);
        var text = await answer.Content.ReadAsStringAsync(cancellation).ConfigureAwait(false);
        if (answer.IsSuccessStatusCode) return text;
        if (WhatToDo(answer.StatusCode) is { } advice) throw new DeliveryException($"{_calls.Where} {advice}");
        if (answer.StatusCode != HttpStatusCode.Conflict) throw _calls.Failed(answer);
        if (!DecimalNumber.TryParse(text.TrimEnd('\n'), out long known)
            || known == _size)
            throw new DeliveryException(
                $"{_calls.Where} vouches for another tree of this size: the log was rewritten.");
        _size = known;
        return null;
    }

    /// <summary>C2SP tlog-witness, "add-checkpoint".</summary>
    private static string? WhatToDo(HttpStatusCode status) => status switch
    {
        HttpStatusCode.NotFound =>
            "does not witness this log, or is no witness (404): its verifier key has to be added there.",
        HttpStatusCode.Forbidden =>
            "knows none of the keys that sign this log now (403): add the newest there (keyward audit vkey).",
        HttpStatusCode.UnprocessableEntity =>
            "says that the log did not merely grow (422): it was rewritten, there or here.",
        _ => null,
    };
}

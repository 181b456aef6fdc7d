using Keyward.Delivery.Sinks;
using Keyward.Vault.Audit.Notes;

namespace Keyward.Delivery.Checkpoints;

/// <summary>A witness of the setting <c>audit.witnesses</c>: its verifier key, a blank, its address.</summary>
internal sealed record WitnessSettings(VerifierKey Key, SinkSettings Call)
{
    public static string? WhyNot(string text)
    {
        if (text.Length == 0) return null;
        if (!TryParse(text, out var witness))
            return "must be a witness's verifier key (name+id+key), a blank and an https address";
        return SinkSettings.WhyNot("w=" + witness.Call.Text);
    }

    public static bool TryParse(string text, out WitnessSettings witness)
    {
        witness = null!;
        var parts = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != 2 || !VerifierKey.TryParse(parts[0], out var key) || key.Type != NoteKeyType.Cosignature
            || !SinkSettings.TryParse("w=" + parts[1], out var call) || call.Kind != SinkKind.Webhook) return false;
        witness = new WitnessSettings(key, call);
        return true;
    }
}

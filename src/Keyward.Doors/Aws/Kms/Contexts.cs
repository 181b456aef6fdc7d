using Keyward.Doors.Aws.Wire;
using Keyward.Vault.KeyUse;

namespace Keyward.Doors.Aws.Kms;

/// <summary>The encryption context: pairs, of which order is no part. An empty map is none.</summary>
internal static class Contexts
{
    public static bool TryRead(Input input, string member, out Context context, out Answer? answer)
    {
        answer = null;
        context = Context.None;
        if (input.Map(member) is not { } pairs || Context.TryFromPairs(pairs, out context)) return true;
        answer = Answer.Of(Fault.Validation(
            $"The encryption context has more than {Context.MaximumPairsSizeBytes} bytes."));
        return false;
    }
}

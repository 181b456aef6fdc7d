using Keyward.Vault.Storage;
using Microsoft.Extensions.Logging;

namespace Keyward.Vault.Gate;

/// <summary>What a failure becomes: the environment's are refusals that say so, anything else is a bug, shown with an
/// id and nothing more.</summary>
internal static class Failures
{
    public static Refusal Judge(ILogger logger, Exception failure, Arrival arrival)
    {
        switch (failure)
        {
            case StoreUnavailableException:
                Log.StoreUnavailable(logger, arrival.RequestId, failure);
                return new Refusal(RefusalReason.StoreUnavailable,
                    "The store cannot be reached or written. Nothing was changed.");
            case CommitUnknownException:
                Log.CommitUnknown(logger, arrival.RequestId, failure);
                return new Refusal(RefusalReason.OutcomeUnknown,
                    "The store's answer was lost: the change may have been made. Look before trying again.");
            case Keystores.SealBrokenException:
                Log.SealBroken(logger, arrival.RequestId, failure);
                return new Refusal(RefusalReason.Tampered,
                    "The key's sealed material does not open; it was altered outside Keyward.");
            default:
                Log.Bug(logger, arrival.RequestId, failure);
                return new Refusal(RefusalReason.Internal,
                    $"Internal error; the server's log has it under request {arrival.RequestId}.");
        }
    }
}

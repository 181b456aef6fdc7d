using Keyward.Vault.Audit;
using Keyward.Vault.Gate;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Development;

/// <summary>Puts a seed into a new store, all of it in one change or nothing. The server itself asks for it, before it
/// serves. Everything that is wrong with the seed is in the one refusal, a line each.</summary>
internal sealed record SowSeed(Seed Seed) : IOperation<Done>
{
    Verb IOperation<Done>.Verb { get; } = new("sow_seed", OperationClass.AdminWrite);

    Demand IOperation<Done>.Demand => Demand.None("seed");

    void IOperation<Done>.Describe(RecordDraft draft) => draft.Resource = "seed";

    async ValueTask<Outcome<Done>> IOperation<Done>.RunAsync(Passage passage)
    {
        if (passage.Dev is not { } dev || passage.Caller.Type != Caller.SystemType) return DevRefusals.NoDevMode;
        var sown = await passage.ChangeAsync(((IOperation<Done>)this).Demand,
            draft => new Sowing(draft, Seed, passage.Settings).Run()).ConfigureAwait(false);
        if (sown.IsOk)
            foreach (var fault in Seed.Faults) dev.Faults.TryAdd(fault, out _);
        return sown;
    }
}

using Keyward.Vault.Identities;

namespace Keyward.Vault.Automation;

/// <summary>Writes down when credentials were last used at this node. Every node does it for itself.</summary>
internal sealed class LastUseNotes(Gate.Gate gate) : IJob
{
    /// <summary>Many at once would hold up other changes; the rest comes the next time.</summary>
    private const int MaximumAtOnce = 500;

    private readonly JobCaller _self = new(gate, "last-uses");

    public string Name => "last-uses";

    public TimeSpan Interval => TimeSpan.FromMinutes(5);

    public async ValueTask<JobRun> RunAsync(CancellationToken cancellation)
    {
        if (gate.Vault is not { } vault) return default;
        var due = gate.CredentialUses.Due(vault.Snapshot);
        return due.Count == 0 ? default : new JobRun().With(await _self.PassAsync("WriteCredentialUses",
            new WriteCredentialUses([.. due.Take(MaximumAtOnce)]), cancellation).ConfigureAwait(false));
    }
}

using Keyward.Vault.Audit;
using Keyward.Vault.Policies;

namespace Keyward.Vault.Gate;

/// <summary>Something that can be asked of the vault. A door builds one and hands it to the gate; only the gate can run
/// it. An operation is immutable and runs once.</summary>
public interface IOperation<T>
{
    internal Verb Verb { get; }

    /// <summary>The right that the caller must hold, and where.</summary>
    internal Demand Demand { get; }

    /// <summary>What conditions may see of the operation beside its demand; null for nothing.</summary>
    internal IRequestAttributes? Attributes => null;

    /// <summary>Grant tokens that came with the request; null for none.</summary>
    internal IReadOnlyList<string>? GrantTokens => null;

    /// <summary>Adds what the record shows: names and parameters that are not secret.</summary>
    internal void Describe(RecordDraft draft);

    internal ValueTask<Outcome<T>> RunAsync(Passage passage);
}

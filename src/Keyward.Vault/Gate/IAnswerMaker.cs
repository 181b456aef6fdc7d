namespace Keyward.Vault.Gate;

/// <summary>Makes a door's answer of an outcome. The gate calls it once, when the record is durable. A structure, so
/// that it costs nothing to hand over.</summary>
public interface IAnswerMaker<T, TAnswer>
{
    TAnswer Make(Outcome<T> outcome);
}

/// <summary>For doors that take the outcome as it is.</summary>
internal readonly struct OutcomeItself<T> : IAnswerMaker<T, Outcome<T>>
{
    public Outcome<T> Make(Outcome<T> outcome) => outcome;
}

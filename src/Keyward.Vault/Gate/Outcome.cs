using System.Diagnostics.CodeAnalysis;

namespace Keyward.Vault.Gate;

/// <summary>What came of an operation: a value or a refusal, never both, never neither.</summary>
public readonly struct Outcome<T>
{
    private readonly T? _value;

    private Outcome(T? value, Refusal? refusal) => (_value, Refusal) = (value, refusal);

    public Refusal? Refusal { get; }

    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool IsOk => Refusal is null;

    public T Value => Refusal is null ? _value! : throw new InvalidOperationException("A refusal has no value.");

    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out Refusal? refusal)
    {
        value = _value;
        refusal = Refusal;
        return refusal is null;
    }

    internal static Outcome<T> Of(T value) => new(value, null);

    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(default, refusal);
}

/// <summary>Outcomes of types that convert no implicitly, such as interfaces.</summary>
internal static class Outcome
{
    public static Outcome<T> Of<T>(T value) => Outcome<T>.Of(value);
}

/// <summary>The result of an operation that has nothing to say but that it was done.</summary>
public readonly record struct Done;

using Keyward.Vault.Algorithms;
using Keyward.Vault.Policies;
using Keyward.Vault.Storage;

namespace Keyward.Vault.KeyUse;

/// <summary>What a use under a context shows to conditions. Opaque bytes have no pairs: a condition on them does not
/// hold.</summary>
internal sealed class ContextAttributes(Context context) : IRequestAttributes
{
    private static readonly ContextAttributes OfNone = new(Context.None);

    /// <summary>What shows a context and nothing else.</summary>
    public static ContextAttributes Of(Context context) => context.IsNone ? OfNone : new ContextAttributes(context);

    /// <summary>Of a re-encryption: whether both keys are one.</summary>
    public bool? IsOnSameKey { get; init; }

    /// <summary>The scheme that the caller chose, if so.</summary>
    public Scheme? Scheme { get; init; }

    /// <summary>Of a data key pair: its algorithm.</summary>
    public Algorithm? DataKeyPair { get; init; }

    public object? Find(string name, Snapshot snapshot) => name switch
    {
        AttributeNames.Context when context.IsPairs => context.Pairs().ToDictionary(),
        AttributeNames.BoundContext => context,
        AttributeNames.OnSameKey => IsOnSameKey,
        AttributeNames.Scheme => Scheme,
        AttributeNames.DataKeyPair => DataKeyPair,
        _ => null,
    };
}

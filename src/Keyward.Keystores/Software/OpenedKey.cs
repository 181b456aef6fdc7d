using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Software;

/// <summary>An opened key that several threads may use at once. It counts its users: the cache is one, each operation
/// another, and the last one out zeroes it. So a key that is forgotten in the middle of an operation is gone as soon as
/// that operation has ended, and never before.</summary>
internal sealed class OpenedKey(IDisposable form, SealedKey source) : IDisposable
{
    private int _users = 1;

    /// <summary>The form, of the type that the version's algorithm has.</summary>
    public T As<T>()
        where T : class => form as T ?? throw new ArgumentException("The key is not for this use.");

    /// <summary>Was this opened from the same sealed value? A row that was replaced must be opened anew, so that what
    /// is wrong with it shows.</summary>
    public bool IsFrom(SealedKey other) => ReferenceEquals(source, other)
        || (source.Sealed.AsSpan().SequenceEqual(other.Sealed) && source.ParentId.AsSpan().SequenceEqual(other.ParentId)
            && IsBoundAs(source.Binding, other.Binding));

    /// <summary>False once the last user has left: the key is gone.</summary>
    public bool TryEnter()
    {
        var users = Volatile.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users) return true;
            users = seen;
        }

        return false;
    }

    /// <summary>Leaves: each user does so once.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _users) == 0) form.Dispose();
    }

    public override string ToString() => nameof(OpenedKey);

    private static bool IsBoundAs(SealBinding one, SealBinding other) =>
        one.Name == other.Name && one.Version == other.Version && one.Kind == other.Kind
        && one.AlgorithmLabel == other.AlgorithmLabel && one.Attributes.AsSpan().SequenceEqual(other.Attributes);
}

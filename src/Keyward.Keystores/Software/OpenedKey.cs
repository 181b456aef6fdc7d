using System.Security.Cryptography;

namespace Keyward.Keystores.Software;

/// <summary>A version's key, ready for use. Users hold it while they compute; it is disposed when it was dropped from
/// the
/// cache and the last user has left, so nobody computes with a cleared key.</summary>
internal sealed class OpenedKey(Aes aes)
{
    private const int Dropped = 1 << 30;

    /// <summary>Users, plus <see cref="Dropped"/> once the cache has let go.</summary>
    private int _users;

    public Aes Aes => aes;

    /// <summary>False if the key was dropped meanwhile: look it up again.</summary>
    public bool TryEnter()
    {
        while (true)
        {
            var users = Volatile.Read(ref _users);
            if ((users & Dropped) != 0) return false;
            if (Interlocked.CompareExchange(ref _users, users + 1, users) == users) return true;
        }
    }

    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) == Dropped) aes.Dispose();
    }

    public void Drop()
    {
        var before = Interlocked.Or(ref _users, Dropped);
        if (before == 0) aes.Dispose();
    }
}

using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;
using Keyward.Vault.Keystores;

namespace Keyward.Keystores.Root;

/// <summary>MAC keys that were derived from access keys' secrets by a chain of HMACs, kept ready: a client uses one for
/// a whole day. Bounded; when it is full it begins anew. The stand-in for an unknown secret lies in the same cache, so
/// that a guess of a key id costs the same time as one of a secret.</summary>
internal sealed class DerivedMacKeys(Func<SealedKey, SecretBytes> open) : IDisposable
{
    private const int MaximumKept = 10_000;
    private const int KeySizeBytes = HmacSha256.SizeBytes;

    /// <summary>Prefix and secret; a secret has 40 characters.</summary>
    private const int MaximumSecretSizeBytes = 256;

    private readonly ConcurrentDictionary<Derivation, Entry> _kept = new();
    private readonly SecretBytes _standIn = SecretBytes.Random(40);

    public bool Check(SealedKey? secret, string prefix, string[] steps, ReadOnlySpan<byte> signed,
        ReadOnlySpan<byte> mac)
    {
        Span<byte> key = stackalloc byte[KeySizeBytes];
        Span<byte> expected = stackalloc byte[KeySizeBytes];
        try
        {
            Find(secret, prefix, steps, key);
            HmacSha256.HashData(key, signed, expected);
            return CryptographicOperations.FixedTimeEquals(expected, mac) & secret is not null;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(expected);
        }
    }

    /// <summary>The same for a secret that is not kept.</summary>
    public static bool CheckOnce(SecretBytes secret, string prefix, string[] steps,
        ReadOnlySpan<byte> signed, ReadOnlySpan<byte> mac)
    {
        Span<byte> key = stackalloc byte[KeySizeBytes];
        Span<byte> expected = stackalloc byte[KeySizeBytes];
        try
        {
            Derive(secret, prefix, steps, key);
            HmacSha256.HashData(key, signed, expected);
            return CryptographicOperations.FixedTimeEquals(expected, mac);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
            CryptographicOperations.ZeroMemory(expected);
        }
    }

    public void Forget(SealedKey secret)
    {
        foreach (var (name, entry) in _kept)
            if (name.Name == secret.Binding.Name && _kept.TryRemove(name, out _)) entry.Dispose();
    }

    public void Dispose()
    {
        foreach (var entry in _kept.Values) entry.Dispose();
        _kept.Clear();
        _standIn.Dispose();
    }

    private void Find(SealedKey? secret, string prefix, string[] steps, Span<byte> key)
    {
        var name = new Derivation(secret?.Binding.Name ?? "", prefix, steps);
        if (_kept.TryGetValue(name, out var kept) && kept.TryCopy(secret, key)) return;
        if (secret is null) Derive(_standIn, prefix, steps, key);
        else
        {
            using var opened = open(secret);
            Derive(opened, prefix, steps, key);
        }

        if (_kept.Count >= MaximumKept) Clear();
        var entry = new Entry(secret, key);
        _kept.AddOrUpdate(name, entry, (_, old) =>
        {
            old.Dispose();
            return entry;
        });
    }

    private void Clear()
    {
        foreach (var name in _kept.Keys)
            if (_kept.TryRemove(name, out var entry)) entry.Dispose();
    }

    private static void Derive(SecretBytes secret, string prefix, ReadOnlySpan<string> steps, Span<byte> key)
    {
        Span<byte> first = stackalloc byte[MaximumSecretSizeBytes];
        Span<byte> text = stackalloc byte[MaximumSecretSizeBytes];
        Span<byte> next = stackalloc byte[KeySizeBytes];
        try
        {
            var size = Encoding.UTF8.GetBytes(prefix, first);
            secret.Span.CopyTo(first[size..]);
            ReadOnlySpan<byte> from = first[..(size + secret.Length)];
            foreach (var step in steps)
            {
                HmacSha256.HashData(from, text[..Encoding.UTF8.GetBytes(step, text)], next);
                next.CopyTo(key);
                from = key;
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(first);
            CryptographicOperations.ZeroMemory(next);
        }
    }

    /// <summary>By what a derived key is found: whose secret, and what it went through.</summary>
    private readonly record struct Derivation(string Name, string Prefix, string[] Steps)
    {
        public bool Equals(Derivation other) =>
            Name == other.Name && Prefix == other.Prefix && Steps.AsSpan().SequenceEqual(other.Steps);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Name);
            hash.Add(Prefix);
            foreach (var step in Steps) hash.Add(step);
            return hash.ToHashCode();
        }
    }

    /// <summary>A derived key and the sealed secret it came from: a secret that was replaced derives anew.</summary>
    private sealed class Entry(SealedKey? source, ReadOnlySpan<byte> key) : IDisposable
    {
        private readonly SecretBytes _key = new(key);
        private readonly Lock _lock = new();
        private bool _gone;

        public bool TryCopy(SealedKey? secret, Span<byte> copy)
        {
            lock (_lock)
            {
                if (_gone || !IsFrom(secret)) return false;
                _key.Span.CopyTo(copy);
                return true;
            }
        }

        public void Dispose()
        {
            lock (_lock)
            {
                _gone = true;
                _key.Dispose();
            }
        }

        private bool IsFrom(SealedKey? secret) => ReferenceEquals(source, secret)
            || (source is not null && secret is not null && source.Sealed.AsSpan().SequenceEqual(secret.Sealed));
    }
}

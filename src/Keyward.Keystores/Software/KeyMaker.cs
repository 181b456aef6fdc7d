using System.Security.Cryptography;
using Keyward.Keystores.Material;
using Keyward.Vault.Algorithms;

namespace Keyward.Keystores.Software;

/// <summary>Makes the keys that take long, one after the other, on one thread of its own: first those that someone
/// waits for, in the order in which they came, then some ahead, so that the next request finds one ready. Bounded in
/// both. Safe for concurrent use.</summary>
internal sealed class KeyMaker : IDisposable
{
    /// <summary>More requests than this do not wait: at a second each the last would be told nothing for a
    /// minute.</summary>
    private const int MaximumWaiting = 64;

    /// <summary>Kept ready of a kind once it has been asked for, and before.</summary>
    private const int AheadWhenUsed = 3;

    private readonly Lock _lock = new();
    private readonly List<Shelf> _shelves = [];
    private readonly LinkedList<Wish> _wishes = new();
    private readonly ManualResetEventSlim _work = new();
    private readonly Func<AlgorithmRow, SecretBytes> _make;
    private bool _started;
    private bool _ended;

    /// <param name="make">Another way to make keys, for tests.</param>
    public KeyMaker(Func<AlgorithmRow, SecretBytes>? make = null) => _make = make ?? MaterialForms.Make;

    /// <summary>Whether an algorithm's keys come from here.</summary>
    public static bool Makes(AlgorithmRow row) =>
        row.Material is MaterialKind.Rsa or MaterialKind.SlhDsaSha2Of128s;

    /// <summary>Begins to make one RSA key of each size ahead.</summary>
    public void MakeAhead()
    {
        lock (_lock)
        {
            foreach (var row in AlgorithmTable.Rows.Where(r => r.Material == MaterialKind.Rsa))
                if (ShelfOf(row) is { Target: 0 } shelf) shelf.Target = 1;
        }

        Wake();
    }

    /// <summary>A key of the algorithm's kind, or null if none was to be had within the patience.</summary>
    public async ValueTask<SecretBytes?> TakeAsync(AlgorithmRow row, TimeSpan patience)
    {
        Wish wish;
        lock (_lock)
        {
            var shelf = ShelfOf(row);
            shelf.Target = AheadWhenUsed;
            if (shelf.Ready.TryDequeue(out var ready))
            {
                _work.Set();
                return ready;
            }

            if (_ended || _wishes.Count >= MaximumWaiting) return null;
            wish = new Wish(shelf);
            _wishes.AddLast(wish);
        }

        Wake();
        // The system clock and no TimeProvider: what is waited for is a computation of this machine.
        await Task.WhenAny(wish.Granted.Task, Task.Delay(patience)).ConfigureAwait(false);
        lock (_lock)
        {
            if (_wishes.Remove(wish)) return null;
        }

        return await wish.Granted.Task.ConfigureAwait(false);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var wish in _wishes) wish.Granted.TrySetResult(null);
            _wishes.Clear();
            foreach (var shelf in _shelves)
                while (shelf.Ready.TryDequeue(out var key)) key.Dispose();
        }

        _work.Set();
    }

    private Shelf ShelfOf(AlgorithmRow row)
    {
        var shelf = _shelves.Find(s => s.Row.Material == row.Material && s.Row.SizeBits == row.SizeBits);
        if (shelf is not null) return shelf;
        shelf = new Shelf(row);
        _shelves.Add(shelf);
        return shelf;
    }

    private void Wake()
    {
        lock (_lock)
        {
            if (!_started && !_ended)
            {
                _started = true;
                new Thread(Run) { IsBackground = true, Name = "key maker" }.Start();
            }
        }

        _work.Set();
    }

    private void Run()
    {
        while (true)
        {
            _work.Wait();
            Shelf? next;
            lock (_lock)
            {
                if (_ended) return;
                next = _wishes.First?.Value.Shelf ?? _shelves.Find(s => s.Ready.Count < s.Target);
                if (next is null) _work.Reset();
            }

            if (next is not null) Make(next);
        }
    }

    /// <summary>A key that came out wrong is nobody's: who waits first is told to come again, and none of that kind is
    /// made ahead until one is asked for.</summary>
    private void Make(Shelf shelf)
    {
        try
        {
            Deliver(shelf, _make(shelf.Row));
        }
        catch (CryptographicException)
        {
            lock (_lock)
            {
                shelf.Target = 0;
                if (_wishes.FirstOrDefault(w => w.Shelf == shelf) is not { } wish) return;
                _wishes.Remove(wish);
                wish.Granted.SetResult(null);
            }
        }
    }

    private void Deliver(Shelf shelf, SecretBytes key)
    {
        lock (_lock)
        {
            var wish = _wishes.FirstOrDefault(w => w.Shelf == shelf);
            if (wish is not null)
            {
                _wishes.Remove(wish);
                wish.Granted.SetResult(key);
            }
            else if (_ended)
            {
                key.Dispose();
            }
            else
            {
                shelf.Ready.Enqueue(key);
            }
        }
    }

    private sealed class Shelf(AlgorithmRow row)
    {
        public AlgorithmRow Row { get; } = row;

        public int Target { get; set; }

        public Queue<SecretBytes> Ready { get; } = new();
    }

    private sealed class Wish(Shelf shelf)
    {
        public Shelf Shelf { get; } = shelf;

        /// <summary>Continuations elsewhere: the maker goes on making.</summary>
        public TaskCompletionSource<SecretBytes?> Granted { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

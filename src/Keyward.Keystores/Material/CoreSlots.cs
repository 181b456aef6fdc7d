namespace Keyward.Keystores.Material;

/// <summary>Contexts of which each serves one thread at a time, one kept ready for each core: taken without a lock, and
/// made anew only where two threads meet. Safe for concurrent use; dispose it when nobody uses it any more.</summary>
internal sealed class CoreSlots<T>(Func<T> make) : IDisposable
    where T : class, IDisposable
{
    private readonly T?[] _slots = new T?[Environment.ProcessorCount];

    public T Take() => Interlocked.Exchange(ref Slot, null) ?? make();

    /// <summary>What is not returned, after a failure, is lost to nobody but the collector.</summary>
    public void Return(T context) => Interlocked.Exchange(ref Slot, context)?.Dispose();

    public void Dispose()
    {
        for (var i = 0; i < _slots.Length; i++) Interlocked.Exchange(ref _slots[i], null)?.Dispose();
    }

    private ref T? Slot => ref _slots[Thread.GetCurrentProcessorId() % _slots.Length];
}

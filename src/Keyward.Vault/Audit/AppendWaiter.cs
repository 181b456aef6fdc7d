using System.Threading.Tasks.Sources;

namespace Keyward.Vault.Audit;

/// <summary>One caller's wait for the flush that makes its entry durable. Pooled, so that a record costs no task; its
/// continuation runs on the thread pool, never on the writer's thread: by itself, or in one turn with some others
/// where it is brief.</summary>
internal sealed class AppendWaiter : IValueTaskSource<Receipt>
{
    private const int MaximumPooled = 4_096;

    private static readonly Spares<AppendWaiter> Pool = new(MaximumPooled);

    private ManualResetValueTaskSourceCore<Receipt> _core;

    public static AppendWaiter Rent(bool isBrief)
    {
        var waiter = Pool.Take() ?? new AppendWaiter();
        waiter._core.RunContinuationsAsynchronously = !isBrief;
        return waiter;
    }

    public ValueTask<Receipt> Task => new(this, _core.Version);

    public void Complete(Receipt receipt) => _core.SetResult(receipt);

    public void Fail(AuditUnwritableException failure) => _core.SetException(failure);

    public Receipt GetResult(short token)
    {
        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            _core.Reset();
            Pool.Keep(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}

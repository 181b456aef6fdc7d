namespace Keyward.Vault.Audit;

/// <summary>Lets some callers go on in one turn of the thread pool: to be queued and taken one by one costs about as
/// much as the little that most have left to do. Few, so that none waits long for those before it.</summary>
internal sealed class CompletionTurn : IThreadPoolWorkItem
{
    public const int MaximumSize = 8;

    private const int MaximumPooled = 256;

    private static readonly Spares<CompletionTurn> Pool = new(MaximumPooled);

    private readonly AppendWaiter[] _waiters = new AppendWaiter[MaximumSize];
    private int _count;
    private string _origin = "";
    private long _firstIndex;
    private AuditUnwritableException? _failure;

    private CompletionTurn()
    {
    }

    public static void Queue(ReadOnlySpan<AppendWaiter> waiters, string origin, long firstIndex) =>
        Take(waiters, origin, firstIndex, null).Queue();

    public static void Queue(ReadOnlySpan<AppendWaiter> waiters, AuditUnwritableException failure) =>
        Take(waiters, "", 0, failure).Queue();

    public void Execute()
    {
        for (var i = 0; i < _count; i++)
            if (_failure is not null) _waiters[i].Fail(_failure);
            else _waiters[i].Complete(new Receipt(_origin, _firstIndex + i));
        _failure = null;
        Pool.Keep(this);
    }

    private static CompletionTurn Take(
        ReadOnlySpan<AppendWaiter> waiters, string origin, long firstIndex, AuditUnwritableException? failure)
    {
        var turn = Pool.Take() ?? new CompletionTurn();
        waiters.CopyTo(turn._waiters);
        (turn._count, turn._origin, turn._firstIndex, turn._failure) = (waiters.Length, origin, firstIndex, failure);
        return turn;
    }

    private void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
}

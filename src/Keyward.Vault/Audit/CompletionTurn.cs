namespace Keyward.Vault.Audit;

/// <summary>Lets some callers go on in one turn of the thread pool: to be queued and taken one by one costs about as
/// much as the little that most have left to do. Few, so that none waits long for those before it.</summary>
internal sealed class CompletionTurn : IThreadPoolWorkItem
{
    public const int MaximumSize = 8;

    private readonly AppendWaiter[] _waiters;
    private readonly string _origin = "";
    private readonly long _firstIndex;
    private readonly AuditUnwritableException? _failure;

    public CompletionTurn(AppendWaiter[] waiters, string origin, long firstIndex) =>
        (_waiters, _origin, _firstIndex) = (waiters, origin, firstIndex);

    public CompletionTurn(AppendWaiter[] waiters, AuditUnwritableException failure) =>
        (_waiters, _failure) = (waiters, failure);

    public void Queue() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    public void Execute()
    {
        for (var i = 0; i < _waiters.Length; i++)
            if (_failure is not null) _waiters[i].Fail(_failure);
            else _waiters[i].Complete(new Receipt(_origin, _firstIndex + i));
    }
}

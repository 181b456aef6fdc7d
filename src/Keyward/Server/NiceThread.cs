using System.Collections.Concurrent;

namespace Keyward.Server;

/// <summary>One thread for work that comes after all other: what is begun on it runs there up to where it first really
/// waits.</summary>
internal sealed class NiceThread : TaskScheduler, IDisposable
{
    private readonly BlockingCollection<Task> _tasks = [];

    public NiceThread(string name) => new Thread(Run) { IsBackground = true, Name = name }.Start();

    public Task<T> RunAsync<T>(Func<ValueTask<T>> work) => Task.Factory.StartNew(
        () => work().AsTask(), CancellationToken.None, TaskCreationOptions.None, this).Unwrap();

    public void Dispose() => _tasks.CompleteAdding();

    protected override void QueueTask(Task task) => _tasks.Add(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [.. _tasks];

    private void Run()
    {
        Native.GiveWay();
        foreach (var task in _tasks.GetConsumingEnumerable()) TryExecuteTask(task);
    }
}

using System.IO.Pipelines;

namespace Pipelines.Sockets.Unofficial;

/// <summary>
/// Runs work on threads of its own, so that a starved thread pool does not stop replies from being read. Work beyond
/// the queue's limit goes to the thread pool.
/// </summary>
public sealed class DedicatedThreadPoolPipeScheduler : PipeScheduler, IDisposable
{
    private readonly Queue<(Action<object?> Action, object? State)> _queue = new();
    private readonly int _useThreadPoolQueueLength;
    private int _available;
    private bool _disposed;
    private long _servicedByQueue;
    private long _servicedByPool;

    public DedicatedThreadPoolPipeScheduler(
        string? name = null,
        int workerCount = 5,
        int useThreadPoolQueueLength = 10,
        ThreadPriority priority = ThreadPriority.Normal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(workerCount);
        WorkerCount = workerCount;
        _useThreadPoolQueueLength = useThreadPoolQueueLength;
        for (var i = 0; i < workerCount; i++)
        {
            new Thread(Work)
            {
                Name = $"{name ?? nameof(DedicatedThreadPoolPipeScheduler)}:{i}",
                Priority = priority,
                IsBackground = true,
            }.Start();
        }
    }

    public int WorkerCount { get; }

    public int AvailableCount => Volatile.Read(ref _available);

    public long TotalServicedByQueue => Volatile.Read(ref _servicedByQueue);

    public long TotalServicedByPool => Volatile.Read(ref _servicedByPool);

    public override void Schedule(Action<object?> action, object? state)
    {
        lock (_queue)
        {
            if (!_disposed && _queue.Count < _useThreadPoolQueueLength)
            {
                _queue.Enqueue((action, state));
                if (_available > 0)
                    Monitor.Pulse(_queue);
                return;
            }
        }

        Interlocked.Increment(ref _servicedByPool);
        System.Threading.ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);
    }

    public void Dispose()
    {
        lock (_queue)
        {
            _disposed = true;
            Monitor.PulseAll(_queue);
        }
    }

    private void Work()
    {
        while (TryTake(out var action, out var state))
        {
            try
            {
                action(state);
            }
            catch (Exception)
            {
                // A continuation reports its own failures; an escaping one must not end the process or this thread.
            }

            Interlocked.Increment(ref _servicedByQueue);
        }
    }

    private bool TryTake(out Action<object?> action, out object? state)
    {
        lock (_queue)
        {
            while (_queue.Count == 0)
            {
                if (_disposed)
                {
                    (action, state) = (static _ => { }, null);
                    return false;
                }

                _available++;
                Monitor.Wait(_queue);
                _available--;
            }

            (action, state) = _queue.Dequeue();
            return true;
        }
    }
}

using System.Threading.Channels;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Workers;

/// <summary>The shared state of the workers: settings, queued jobs and recent jobs.</summary>
internal sealed class WorkerPool(WorkerOptions options)
{
    private const int MostRemembered = 1_000;
    private const int MostWaiting = 1_000;

    private readonly Channel<JobRecord> _waiting = Channel.CreateBounded<JobRecord>(MostWaiting);
    private readonly Lock _gate = new();
    private readonly List<JobRecord> _jobs = [];
    private TaskCompletionSource? _paused;
    private volatile int _partMs = options.PartMs;
    private double _partKwh = options.PartKwh;

    public FaultBoard Faults { get; } = new();

    public ChannelReader<JobRecord> Waiting => _waiting.Reader;

    /// <summary>True while the broadcast is followed.</summary>
    public bool Following { get; set; }

    public TimeSpan PartDuration => TimeSpan.FromMilliseconds(_partMs);

    /// <summary>kWh that a part of a phase takes, which is simulated.</summary>
    public double PartKwh => Volatile.Read(ref _partKwh);

    /// <summary>Queues a job unless it is in progress; waits while the queue is full.</summary>
    public async Task TakeAsync(Job job, CancellationToken cancellationToken)
    {
        var record = new JobRecord(job);
        lock (_gate)
        {
            if (_jobs.Any(j => j.State == JobRecord.Working && j.BatchId == job.BatchId && j.Job.CorrelationId == job.CorrelationId))
                return;
            _jobs.Add(record);
            if (_jobs.Count > MostRemembered && _jobs.FindIndex(j => j.State != JobRecord.Working) is >= 0 and var oldest)
                _jobs.RemoveAt(oldest);
        }

        await _waiting.Writer.WriteAsync(record, cancellationToken);
    }

    public Task WhenNotPausedAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _paused?.Task.WaitAsync(cancellationToken) ?? Task.CompletedTask;
    }

    /// <summary>Applies the settings that the body names.</summary>
    public void Configure(JObject body)
    {
        body.CheckNames("paused", "part_ms", "part_kwh");
        var (paused, partMs) = (body.Flag("paused"), body.Whole("part_ms", 0, WorkerOptions.LongestPart));
        var partKwh = body.Number("part_kwh", 0, WorkerOptions.MostKwh);
        _partMs = partMs ?? _partMs;
        Volatile.Write(ref _partKwh, partKwh ?? PartKwh);
        lock (_gate)
            Pause(paused ?? _paused is not null);
    }

    /// <summary>Restores the initial settings and forgets finished jobs; jobs in progress continue.</summary>
    public void Reset()
    {
        Faults.Clear();
        _partMs = options.PartMs;
        Volatile.Write(ref _partKwh, options.PartKwh);
        lock (_gate)
        {
            Pause(false);
            _jobs.RemoveAll(j => j.State != JobRecord.Working);
        }
    }

    public object Describe(string? batchId)
    {
        lock (_gate)
        {
            var jobs = _jobs.Where(j => batchId is null || j.BatchId == batchId).ToList();
            return new { pylon = options.Pylon, following = Following, paused = _paused is not null, part_ms = _partMs, part_kwh = PartKwh, jobs };
        }
    }

    private void Pause(bool paused)
    {
        if (!paused)
            _paused?.TrySetResult();
        _paused = paused ? _paused ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }
}

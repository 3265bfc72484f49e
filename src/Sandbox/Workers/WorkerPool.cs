using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Workers;

/// <summary>The shared state of the workers: settings, faults and what they played lately.</summary>
internal sealed class WorkerPool(WorkerOptions options)
{
    private const int MostRemembered = 1_000;

    private readonly Lock _gate = new();
    private readonly List<JobRecord> _jobs = [];
    private readonly Dictionary<(string Batch, string Phase), IReadOnlyDictionary<string, Fault>> _faultsOf = [];
    private readonly HashSet<(string Batch, string Phase)> _failed = [];
    private TaskCompletionSource? _paused;
    private volatile int _partMs = options.PartMs;
    private double _partKwh = options.PartKwh;

    public FaultBoard Faults { get; } = new();

    /// <summary>True while Pylon answers the question for work.</summary>
    public bool Following { get; set; }

    public TimeSpan PartDuration => TimeSpan.FromMilliseconds(_partMs);

    /// <summary>kWh that a part of a phase takes, which is simulated.</summary>
    public double PartKwh => Volatile.Read(ref _partKwh);

    /// <summary>The pause between two reports that come late.</summary>
    public TimeSpan Late { get; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Notes that a part is played.</summary>
    public JobRecord Begin(PlayedPart part)
    {
        lock (_gate)
        {
            var record = _jobs.Find(j => j.BatchId == part.BatchId);
            if (record is null)
            {
                _jobs.Add(record = new JobRecord(part.BatchId));
                if (_jobs.Count > MostRemembered && _jobs.FindIndex(j => j.Held == 0 && j != record) is >= 0 and var oldest)
                    Forget(oldest);
            }

            record.Phase = part.Phase;
            record.Begin();
            return record;
        }
    }

    /// <summary>The faults of a phase of a batch, which are taken from the board with its first part.</summary>
    public IReadOnlyDictionary<string, Fault> FaultsOf(PlayedPart part)
    {
        lock (_gate)
        {
            if (!_faultsOf.TryGetValue((part.BatchId, part.Phase), out var faults))
                _faultsOf[(part.BatchId, part.Phase)] = faults = Faults.Take(part.Phase, part.BatchId, _ => true);
            return faults;
        }
    }

    /// <summary>True once for a phase of a batch.</summary>
    public bool IsFirst(PlayedPart part)
    {
        lock (_gate)
            return _failed.Add((part.BatchId, part.Phase));
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

    /// <summary>Restores the initial settings and forgets what has ended; parts in progress continue.</summary>
    public void Reset()
    {
        Faults.Clear();
        _partMs = options.PartMs;
        Volatile.Write(ref _partKwh, options.PartKwh);
        lock (_gate)
        {
            Pause(false);
            for (var i = _jobs.Count - 1; i >= 0; i--)
            {
                if (_jobs[i].Held == 0)
                    Forget(i);
            }
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

    private void Forget(int index)
    {
        foreach (var known in _faultsOf.Keys.Where(key => key.Batch == _jobs[index].BatchId).ToList())
            _faultsOf.Remove(known);
        _failed.RemoveWhere(key => key.Batch == _jobs[index].BatchId);
        _jobs.RemoveAt(index);
    }

    private void Pause(bool paused)
    {
        if (!paused)
            _paused?.TrySetResult();
        _paused = paused ? _paused ?? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
    }
}

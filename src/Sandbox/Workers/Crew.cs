using System.Threading.Channels;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Faults;

namespace Pylon.Sandbox.Workers;

/// <summary>What the workers share: how they work, what waits for them, and what they did.</summary>
internal sealed class Crew(WorkerOptions options)
{
    private const int MostRemembered = 1_000;
    private const int MostWaiting = 1_000;

    private readonly Channel<JobRecord> waiting = Channel.CreateBounded<JobRecord>(MostWaiting);
    private readonly Lock gate = new();
    private readonly List<JobRecord> jobs = [];
    private TaskCompletionSource resumed = Completed();
    private TimeSpan partDuration = options.PartDuration;

    public FaultBoard Faults { get; } = new();

    public ChannelReader<JobRecord> Waiting => waiting.Reader;

    /// <summary>True while the broadcast is followed.</summary>
    public bool Following { get; set; }

    public TimeSpan PartDuration
    {
        get
        {
            lock (gate)
                return partDuration;
        }
    }

    /// <summary>Puts a job into the queue unless it is at work already; waits while the queue is full.</summary>
    public async Task Take(Job job, CancellationToken cancellationToken)
    {
        var record = new JobRecord(job);
        lock (gate)
        {
            if (jobs.Any(j => j.State == JobRecord.Working && j.Job.BatchId == job.BatchId && j.Job.CorrelationId == job.CorrelationId))
                return;
            jobs.Add(record);
            if (jobs.Count > MostRemembered && jobs.FindIndex(j => j.State != JobRecord.Working) is >= 0 and var oldest)
                jobs.RemoveAt(oldest);
        }

        await waiting.Writer.WriteAsync(record, cancellationToken);
    }

    public Task WhenNotPaused(CancellationToken cancellationToken)
    {
        lock (gate)
            return resumed.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Changes what the body names.</summary>
    public void Steer(JObject body)
    {
        var unknown = body.Properties().FirstOrDefault(p => p.Name is not ("paused" or "part_ms"));
        if (unknown is not null)
            throw new BadInputException(unknown.Name, $"'{unknown.Name}' is not a field of the workers; the fields are paused, part_ms");
        if (body["paused"] is { } pause && pause.Type != JTokenType.Boolean)
            throw new BadInputException("paused", "'paused' must be true or false");
        if (body["part_ms"] is { } part && part is not JValue { Value: long and >= 0 and <= WorkerOptions.LongestPart })
            throw new BadInputException("part_ms", $"'part_ms' must be a whole number from 0 to {WorkerOptions.LongestPart}");
        lock (gate)
        {
            partDuration = body["part_ms"] is { } ms ? TimeSpan.FromMilliseconds(ms.Value<long>()) : partDuration;
            if (body["paused"]?.Value<bool>() is { } paused)
                Pause(paused);
        }
    }

    /// <summary>As at the start; what is at work goes on and is remembered.</summary>
    public void Reset()
    {
        Faults.Clear();
        lock (gate)
        {
            partDuration = options.PartDuration;
            Pause(false);
            jobs.RemoveAll(j => j.State != JobRecord.Working);
        }
    }

    public JObject ToJson(string? batchId)
    {
        lock (gate)
        {
            return new JObject
            {
                ["pylon"] = options.Pylon?.ToString(),
                ["following"] = Following,
                ["paused"] = !resumed.Task.IsCompleted,
                ["part_ms"] = (long)partDuration.TotalMilliseconds,
                ["jobs"] = new JArray(jobs.Where(j => batchId is null || j.Job.BatchId == batchId).Select(j => j.ToJson())),
            };
        }
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }

    private void Pause(bool paused)
    {
        if (!paused)
            resumed.TrySetResult();
        else if (resumed.Task.IsCompleted)
            resumed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

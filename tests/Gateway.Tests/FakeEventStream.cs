using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using Pylon.Events.V1;
using Pylon.Messaging;

namespace Pylon.Gateway.Tests;

/// <summary>An event stream in memory: positions are counted through all topics.</summary>
internal sealed class FakeEventStream : ILineStream
{
    private readonly Lock _gate = new();
    private readonly List<StreamedEvent> _kept = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _last;
    private long _trimmed;

    public string Start => "0-0";

    /// <summary>Runs while a page is read, before its result is known.</summary>
    public Func<Task>? OnRead { get; set; }

    /// <summary>The positions that pages were read from, each by topic.</summary>
    public ConcurrentQueue<(string Topic, string After)> Reads { get; } = [];

    /// <summary>A follower reads what is published once this is completed.</summary>
    public Task Followed { get; set; } = Task.CompletedTask;

    public Task PublishAsync(string topic, IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        foreach (var each in events)
            Publish(each, topic);
        return Task.CompletedTask;
    }

    public void Publish(Event each, string topic = "workloads")
    {
        lock (_gate)
        {
            _kept.Add(new StreamedEvent(topic, At(++_last), each));
            var changed = _changed;
            _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    public void Publish(int first, int count)
    {
        for (var i = first; i < first + count; i++)
            Publish(Numbered(i));
    }

    public static Event Numbered(int number) => new()
    {
        Id = number.ToString(CultureInfo.InvariantCulture),
        Source = "pylon/test",
        Type = "pylon.workload.queued.v1",
        Subject = "w",
        WorkloadQueued = new WorkloadQueued { WorkloadId = "w", WorkloadName = number.ToString(CultureInfo.InvariantCulture) },
    };

    /// <summary>Everything is lost, and the stream begins anew.</summary>
    public void Lose()
    {
        lock (_gate)
        {
            _kept.Clear();
            _trimmed = 0;
        }
    }

    /// <summary>Forgets the oldest.</summary>
    public void Trim(int count)
    {
        lock (_gate)
        {
            _trimmed = Number(_kept[count - 1].Position);
            _kept.RemoveRange(0, count);
        }
    }

    public async Task<IReadOnlyList<StreamedEvent>> ReadAsync(IReadOnlyDictionary<string, string> positions, int maxPerTopic, CancellationToken cancellationToken)
    {
        foreach (var (topic, after) in positions)
            Reads.Enqueue((topic, after));
        if (OnRead is { } onRead)
            await onRead();
        lock (_gate)
        {
            return [.. positions.SelectMany(from => _kept.Where(each => each.Topic == from.Key && Number(each.Position) > Number(from.Value)).Take(maxPerTopic))];
        }
    }

    public async IAsyncEnumerable<StreamedEvent> FollowAsync(IReadOnlyDictionary<string, string> from, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var at = from.ToDictionary(StringComparer.Ordinal);
        while (true)
        {
            await Followed.WaitAsync(cancellationToken);
            Task changed;
            List<StreamedEvent> read;
            lock (_gate)
            {
                changed = _changed.Task;
                read = [.. _kept.Where(each => at.TryGetValue(each.Topic, out var seen) && Number(each.Position) > Number(seen))];
            }

            foreach (var each in read)
            {
                at[each.Topic] = each.Position;
                yield return each;
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public Task<IReadOnlyDictionary<string, string>> TailAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return EachAsync(topics, topic => _kept.LastOrDefault(each => each.Topic == topic)?.Position ?? Start);
        }
    }

    public Task<IReadOnlyDictionary<string, string>> OldestAsync(IReadOnlyCollection<string> topics, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return EachAsync(topics, _ => At(_trimmed));
        }
    }

    public Task<IReadOnlySet<string>> MissingAsync(IReadOnlyDictionary<string, string> positions, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return Task.FromResult<IReadOnlySet<string>>(positions
                .Where(at => !_kept.Exists(each => each.Topic == at.Key && each.Position == at.Value)).Select(at => at.Key).ToHashSet(StringComparer.Ordinal));
        }
    }

    public bool TryCompare(string left, string right, out int order)
    {
        order = 0;
        if (!IsPosition(left) || !IsPosition(right))
            return false;
        order = Number(left).CompareTo(Number(right));
        return true;
    }

    public Task PublishEnvelopesAsync(string topic, IReadOnlyList<Envelope> envelopes, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task PublishDeadLettersAsync(string topic, IReadOnlyList<Messaging.DeadLetter> letters, CancellationToken cancellationToken) => throw new NotSupportedException();

    private static Task<IReadOnlyDictionary<string, string>> EachAsync(IEnumerable<string> topics, Func<string, string> position) =>
        Task.FromResult<IReadOnlyDictionary<string, string>>(topics.ToDictionary(topic => topic, position, StringComparer.Ordinal));

    private static string At(long number) => string.Create(CultureInfo.InvariantCulture, $"{number}-0");

    private static bool IsPosition(string text) => text.EndsWith("-0", StringComparison.Ordinal) && long.TryParse(text[..^2], out _);

    private static long Number(string position) => long.Parse(position[..^2], CultureInfo.InvariantCulture);
}

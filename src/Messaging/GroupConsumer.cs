using Pylon.Postgres;

namespace Pylon.Messaging;

/// <summary>
/// The loop of a worker that consumes a topic in a group: first the entries that a dead consumer left, then new ones. An
/// entry is acknowledged once it is processed; until then it stays pending and is taken over, by this consumer or
/// another. So an entry may come twice, and processing must be idempotent.
/// </summary>
public sealed class GroupConsumer(IEventGroup groups, TimeProvider time)
{
    private const int MaxTogether = 200;

    // A publish wakes the consumer; the poll finds what a lost one was for.
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TidyEvery = TimeSpan.FromSeconds(15);
    private readonly string _consumer = $"{Environment.MachineName}-{Environment.ProcessId}-{Guid.NewGuid():N}";

    /// <summary>Runs until it is cancelled; after a failure of the stream or of <paramref name="process"/> it tries again.</summary>
    /// <param name="topic">What to consume.</param>
    /// <param name="group">The group; consumers of all processes share its entries.</param>
    /// <param name="claimAfter">An entry that its consumer has held so long is taken over.</param>
    /// <param name="process">
    /// Returns the positions that are processed; the others come again after <paramref name="claimAfter"/>. When it throws,
    /// the same entries are given to it again after a pause.
    /// </param>
    /// <param name="interrupted">Called once for each outage.</param>
    /// <param name="othersAppend">Programs that do not publish append to the topic: what they append is found within about a second.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task RunAsync(
        string topic,
        string group,
        TimeSpan claimAfter,
        Func<IReadOnlyList<GroupEntry>, CancellationToken, Task<IReadOnlyCollection<string>>> process,
        Action<Exception> interrupted,
        bool othersAppend,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(process);
        ArgumentNullException.ThrowIfNull(interrupted);
        using var watch = othersAppend ? groups.Watch(topic) : null;
        var pause = TimeSpan.Zero;
        long? claimed = null, tidied = null;
        string? from = null;
        IReadOnlyList<GroupEntry> held = [];
        IReadOnlyCollection<string> done = [];
        while (!cancellationToken.IsCancellationRequested || done.Count > 0)
        {
            try
            {
                // Until it is acknowledged it counts as pending, and would be processed again.
                await groups.AcknowledgeAsync(topic, group, done, cancellationToken);
                done = [];
                if (tidied is not { } last || time.GetElapsedTime(last) > TidyEvery)
                {
                    await groups.TidyAsync(topic, group, cancellationToken);
                    tidied = time.GetTimestamp();
                }

                if (held.Count == 0 && (from is not null || claimed is not { } at || time.GetElapsedTime(at) > claimAfter / 2))
                {
                    (held, from) = await groups.ClaimAsync(topic, group, _consumer, claimAfter, from, MaxTogether, cancellationToken);
                    if (from is null)
                        claimed = time.GetTimestamp();
                }

                var published = groups.PublishedAsync(topic);
                if (held.Count == 0)
                    held = await groups.ReadAsync(topic, group, _consumer, MaxTogether, cancellationToken);
                if (held.Count == 0)
                {
                    pause = TimeSpan.Zero;
                    if (from is null)
                        await published.EndsWithinAsync(UntilClaimOrPoll(), time, cancellationToken);
                    cancellationToken.ThrowIfCancellationRequested();
                    continue;
                }

                done = await process(held, cancellationToken);
                held = [];
                pause = TimeSpan.Zero;
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested)
            {
                if (pause == TimeSpan.Zero)
                    interrupted(e);
                pause = GrowingPause.After(pause);
                await Task.Delay(pause, time, cancellationToken);
            }
        }

        TimeSpan UntilClaimOrPoll()
        {
            // A watch finds what a lost signal was for, too.
            var most = othersAppend ? TidyEvery : Poll;
            var left = claimed is { } at ? (claimAfter / 2) - time.GetElapsedTime(at) : most;
            return left > most ? most : left < ShortestPoll ? ShortestPoll : left;
        }
    }
}

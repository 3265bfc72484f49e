using Microsoft.Extensions.Options;
using Pylon.Gateway.Streams;

namespace Pylon.Gateway.Broadcast;

/// <summary>
/// The pages of replays, for all readers. Many come back at once, and most with the same position: a page is read once for all
/// that ask for it while it is read and for a short time after.
/// </summary>
internal sealed class ReplayPages(Replay replay, BroadcastHub hub, IOptions<BroadcastOptions> settings, TimeProvider time)
{
    // Kept at most; a frame is about a kilobyte with its encoded forms.
    private const int MostKept = 20_000;

    private readonly BroadcastOptions _options = settings.Value;
    private readonly Lock _gate = new();
    private readonly Dictionary<Place, Task<ReplayPage>> _pages = [];
    private int _kept;

    /// <summary>What comes after a position, up to where the hub is or further.</summary>
    /// <param name="after">The position.</param>
    /// <param name="topics">Of the reader.</param>
    /// <param name="isFirst">The position comes from the reader: events after it may be no longer kept.</param>
    /// <param name="until">A page without events is of no use to the reader when it ends before this.</param>
    /// <param name="cancellationToken">Ends the wait of this reader only.</param>
    public async Task<ReplayPage> ReadAsync(Position after, string[] topics, bool isFirst, Position? until, CancellationToken cancellationToken)
    {
        var place = new Place(after.ToString(), string.Join(',', topics), isFirst);
        while (true)
        {
            var (reading, isNew) = ReadOnce(place, after, topics);
            var page = await reading.WaitAsync(cancellationToken);
            if (isNew || page.Frames.Count > 0 || until is null || until.IsWithin(page.End))
                return page;
            // It was read before there was anything.
            Forget(place, reading);
        }
    }

    private (Task<ReplayPage> Page, bool IsNew) ReadOnce(Place place, Position after, string[] topics)
    {
        TaskCompletionSource<ReplayPage> page;
        lock (_gate)
        {
            if (_pages.TryGetValue(place, out var known))
                return (known, false);
            page = new TaskCompletionSource<ReplayPage>(TaskCreationOptions.RunContinuationsAsynchronously);
            _pages.Add(place, page.Task);
        }

        _ = ReadAsync(place, page, after, topics);
        return (page.Task, true);
    }

    // For nobody in particular: a reader that leaves does not end it. Every call of the stream is bounded.
    private async Task ReadAsync(Place place, TaskCompletionSource<ReplayPage> page, Position after, string[] topics)
    {
        try
        {
            page.SetResult(await ReadAsync(after, topics, place.IsFirst));
        }
        catch (Exception e)
        {
            Forget(place, page.Task);
            page.SetException(e);
            return;
        }

        var frames = (await page.Task).Frames.Count;
        if (Interlocked.Add(ref _kept, frames) <= MostKept)
            await Task.Delay(_options.ReplayKept, time);
        Interlocked.Add(ref _kept, -frames);
        Forget(place, page.Task);
    }

    private async Task<ReplayPage> ReadAsync(Position after, string[] topics, bool isFirst)
    {
        var (start, gap) = isFirst ? await replay.LocateAsync(after, topics, CancellationToken.None) : (after, false);
        var until = start.Furthest(hub.Position);
        var frames = new List<BroadcastFrame>();
        await foreach (var frame in replay.ReadAsync(start, until, topics, CancellationToken.None))
        {
            frames.Add(frame);
            if (frames.Count == _options.ReplayPage)
                return new ReplayPage(start, gap, frames, frame.Position, IsLast: false);
        }

        // Events of other topics and dead letters are passed as well.
        return new ReplayPage(start, gap, frames, frames is [.., var last] ? last.Position.Furthest(until) : until, IsLast: true);
    }

    private void Forget(Place place, Task<ReplayPage> page)
    {
        lock (_gate)
        {
            if (_pages.TryGetValue(place, out var known) && known == page)
                _pages.Remove(place);
        }
    }

    private readonly record struct Place(string After, string Topics, bool IsFirst);
}

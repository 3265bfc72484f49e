using System.Buffers;
using System.Globalization;
using System.Text;
using Pylon.Gateway.Problems;
using Pylon.Gateway.Streams;
using Pylon.Messaging;
using Pylon.Rpc;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Problems;

namespace Pylon.Gateway.Broadcast;

/// <summary>The answer to one subscriber over HTTP: its begin, the replay, and the frames that the hub writes, as server-sent events or lines.</summary>
internal sealed class BroadcastAnswer(HttpContext context, BroadcastOptions options, TimeProvider time) : IFrameWriter
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly StreamResponse _response = new(context, StreamFormat.For(context.Request, StreamFormat.Sse), options.Heartbeat, time);

    private readonly CancellationTokenSource _end = new();

    private bool IsSse => _response.Format == StreamFormat.Sse;

    public async Task CopyAsync(BroadcastReader reader)
    {
        var aborted = context.RequestAborted;
        try
        {
            await BeginAsync(reader, aborted);
            await ReplayAsync(reader, aborted);
            await reader.LiveAsync(aborted);
            if (IsSse && reader.ComeBackAfter is { } pause)
                await _response.WriteAsync(Encoding.UTF8.GetBytes(Retry(pause) + "\n"), aborted);
        }
        catch (SlowReaderException)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted);
            end.CancelAfter(options.DropGrace);
            await FailAsync(Dropped, end.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            // The subscriber did not even read its last events.
            context.Abort();
        }
        catch (Exception e) when (context.Response.HasStarted && StreamFailure.Is(e))
        {
            await FailAsync(RefusalProblem.Of(EventsUnavailable.Refusal), aborted);
        }
    }

    public void Write(BroadcastFrame frame) => context.Response.BodyWriter.Write((IsSse ? frame.Sse : frame.Ndjson).Span);

    public void WriteHeartbeat() => context.Response.BodyWriter.Write(_response.Format.Heartbeat.Span);

    public ValueTask FlushAsync()
    {
        var flush = context.Response.BodyWriter.FlushAsync(_end.Token);
        if (!flush.IsCompletedSuccessfully)
            return new ValueTask(flush.AsTask());
        // A result must be taken, once.
        _ = flush.Result;
        return ValueTask.CompletedTask;
    }

    public void Abort() => _end.Cancel();

    // A browser gives up for ever on any other status than 200. So it gets its answer also while the stream is
    // unreachable, and the events when the stream is back; every other reader gets the status.
    private async Task BeginAsync(BroadcastReader reader, CancellationToken cancellationToken)
    {
        if (!IsSse)
        {
            await reader.StartAsync(cancellationToken);
            await _response.BeginAsync(default, cancellationToken);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var started = StartAsync(reader, stop.Token);
        try
        {
            await BeginAsync(reader, started, cancellationToken);
        }
        finally
        {
            // The reader is disposed after this.
            await stop.CancelAsync();
            await ((Task)started).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task BeginAsync(BroadcastReader reader, Task<bool> started, CancellationToken cancellationToken)
    {
        await Task.WhenAny(started, Task.Delay(Patience, time, cancellationToken));
        var retry = Retry(options.Retry * (1 + (1.5 * Random.Shared.NextDouble())));
        if (!started.IsCompleted)
        {
            await _response.BeginAsync(Encoding.UTF8.GetBytes($"{retry}: the event stream is unreachable; the events follow when it is back\n\n"), cancellationToken);
            retry = "";
        }

        await _response.NextOrHeartbeatAsync(started, cancellationToken);
        // The id before the first event lets a reader without events resume from here.
        var first = Encoding.UTF8.GetBytes($"{retry}id: {reader.Position}\n\n");
        if (context.Response.HasStarted)
            await _response.WriteAsync(first, cancellationToken);
        else
            await _response.BeginAsync(first, cancellationToken);
    }

    private static string Retry(TimeSpan pause) => string.Create(CultureInfo.InvariantCulture, $"retry: {(long)pause.TotalMilliseconds}\n");

    private async Task<bool> StartAsync(BroadcastReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await reader.StartAsync(cancellationToken);
                return true;
            }
            catch (Exception e) when (StreamFailure.Is(e) || e is RefusalException { Refusal.Kind: RefusalKind.Unavailable })
            {
                await Task.Delay(options.Retry, time, cancellationToken);
            }
        }
    }

    // Heartbeats while the next page is read.
    private async Task ReplayAsync(BroadcastReader reader, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await using var pages = reader.ReplayAsync(stop.Token).GetAsyncEnumerator(stop.Token);
        while (await NextAsync(pages, stop, cancellationToken))
        {
            for (var n = 0; n < pages.Current.Count; n++)
            {
                Write(pages.Current[n]);
                if ((n + 1) % Subscription.MostPerFlush == 0 || n == pages.Current.Count - 1)
                    await FlushAsync();
            }
        }
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<IReadOnlyList<BroadcastFrame>> pages, CancellationTokenSource stop, CancellationToken cancellationToken)
    {
        var next = pages.MoveNextAsync().AsTask();
        try
        {
            return await _response.NextOrHeartbeatAsync(next, cancellationToken);
        }
        finally
        {
            // An iterator that still runs cannot be disposed.
            if (!next.IsCompleted)
                await stop.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static Problem Dropped => new()
    {
        Status = StatusCodes.Status429TooManyRequests,
        Reason = "SLOW_READER",
        Detail = "The subscriber reads too slowly and was dropped; connect again with the last id.",
    };

    private async Task FailAsync(Problem problem, CancellationToken cancellationToken)
    {
        try
        {
            await _response.FailAsync(problem, cancellationToken);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            context.Abort();
        }
    }
}

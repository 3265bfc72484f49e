using System.Net.Http.Headers;
using System.Text;

namespace Pylon.Sandbox.Bpp.Callbacks;

/// <summary>
/// POSTs callbacks. The number of pending callbacks and of concurrent requests is bounded; each has a few attempts.
/// </summary>
internal sealed class CallbackSender(HttpClient http, TimeProvider time, ILogger<CallbackSender> log) : IHostedService, IDisposable
{
    public const int MostPending = 10_000;
    private const int Attempts = 4;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _sending = new(16);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _sentNext = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _pending;

    /// <summary>Reserves a place; after true the caller must send or give back.</summary>
    public bool TryReserve()
    {
        if (Interlocked.Increment(ref _pending) <= MostPending)
            return true;
        Interlocked.Decrement(ref _pending);
        return false;
    }

    public void GiveBack() => Interlocked.Decrement(ref _pending);

    /// <summary>Sends in the background, in a reserved place.</summary>
    public void Send(Callback callback) => _ = Task.Run(() => SendNowAsync(callback));

    /// <summary>Sends in a reserved place; completes when the callback was sent or failed for good. Never throws.</summary>
    public async Task SendNowAsync(Callback callback)
    {
        try
        {
            if (callback.After > TimeSpan.Zero)
                await Task.Delay(callback.After, time, _stopping.Token);
            if (callback.HoldFor is { } most)
                await WaitForAnotherAsync(most);
            for (var copy = 0; copy < callback.Copies; copy++)
                callback.Record.Callback = await DeliverAsync(callback);
            if (callback.HoldFor is null)
                ReleaseHeld();
        }
        catch (OperationCanceledException)
        {
            callback.Record.Callback = "failed: the sandbox stopped";
        }
        catch (Exception failed)
        {
            callback.Record.Callback = "failed: " + failed.Message;
            log.CallbackFailed(callback.Target, failed.Message);
        }
        finally
        {
            GiveBack();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => _stopping.CancelAsync();

    public void Dispose()
    {
        _stopping.Dispose();
        _sending.Dispose();
    }

    private async Task<string> DeliverAsync(Callback callback)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (outcome, isFinal) = await PostAsync(callback);
            if (isFinal)
                return outcome;
            if (attempt == Attempts)
            {
                log.CallbackFailed(callback.Target, outcome);
                return outcome;
            }
            await Task.Delay(FirstBackoff * Math.Pow(3, attempt - 1), time, _stopping.Token);
        }
    }

    private async Task<(string Outcome, bool IsFinal)> PostAsync(Callback callback)
    {
        await _sending.WaitAsync(_stopping.Token);
        try
        {
            var body = Encoding.UTF8.GetBytes(callback.Body);
            using var post = new HttpRequestMessage(HttpMethod.Post, callback.Target) { Content = new ByteArrayContent(body) };
            post.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
            if (callback.Authorize(body) is { } authorization)
                post.Headers.TryAddWithoutValidation("Authorization", authorization);
            using var response = await http.SendAsync(post, _stopping.Token);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode
                ? ("sent", true)
                : ($"failed: HTTP {status}", status is < 500 and not (408 or 429));
        }
        catch (Exception failed) when (failed is HttpRequestException || (failed is OperationCanceledException && !_stopping.IsCancellationRequested))
        {
            return ("failed: " + failed.Message, false);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async Task WaitForAnotherAsync(TimeSpan most)
    {
        Task next;
        lock (_gate)
            next = _sentNext.Task;
        try
        {
            await next.WaitAsync(most, time, _stopping.Token);
        }
        catch (TimeoutException)
        {
            // No other callback came in time: this one is sent now.
        }
    }

    private void ReleaseHeld()
    {
        lock (_gate)
        {
            _sentNext.SetResult();
            _sentNext = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}

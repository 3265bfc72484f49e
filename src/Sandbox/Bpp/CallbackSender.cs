using System.Text;

namespace Pylon.Sandbox.Bpp;

/// <summary>
/// POSTs callbacks. The number on their way is bounded, so is the number being sent at once; each gets a few attempts.
/// </summary>
internal sealed class CallbackSender(HttpClient http, TimeProvider time, ILogger<CallbackSender> log) : IHostedService, IDisposable
{
    public const int MostPending = 10_000;
    private const int Attempts = 4;
    private static readonly TimeSpan FirstBackoff = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim sending = new(16);
    private readonly CancellationTokenSource stopping = new();
    private readonly Lock gate = new();
    private TaskCompletionSource sentNext = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int pending;

    /// <summary>Room for one more; the caller that got true must send or give back.</summary>
    public bool TryReserve()
    {
        if (Interlocked.Increment(ref pending) <= MostPending)
            return true;
        Interlocked.Decrement(ref pending);
        return false;
    }

    public void GiveBack() => Interlocked.Decrement(ref pending);

    /// <summary>Sends in the background, in a place reserved before.</summary>
    public void Send(Callback callback) => _ = Task.Run(() => SendNow(callback));

    /// <summary>Sends in a place reserved before; complete when it was sent or given up. Never throws.</summary>
    public async Task SendNow(Callback callback)
    {
        try
        {
            if (callback.After > TimeSpan.Zero)
                await Task.Delay(callback.After, time, stopping.Token);
            if (callback.HoldFor is { } most)
                await WaitForAnother(most);
            for (var copy = 0; copy < callback.Copies; copy++)
                callback.Record.Callback = await Deliver(callback);
            if (callback.HoldFor is null)
                TellHeld();
        }
        catch (OperationCanceledException)
        {
            callback.Record.Callback = "failed: the sandbox stopped";
        }
        catch (Exception failed)
        {
            callback.Record.Callback = "failed: " + failed.Message;
            Log.CallbackFailed(log, callback.Target, failed.Message);
        }
        finally
        {
            GiveBack();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => stopping.CancelAsync();

    public void Dispose()
    {
        stopping.Dispose();
        sending.Dispose();
    }

    private async Task<string> Deliver(Callback callback)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (outcome, isFinal) = await Post(callback);
            if (isFinal)
                return outcome;
            if (attempt == Attempts)
            {
                Log.CallbackFailed(log, callback.Target, outcome);
                return outcome;
            }
            await Task.Delay(FirstBackoff * Math.Pow(3, attempt - 1), time, stopping.Token);
        }
    }

    private async Task<(string Outcome, bool IsFinal)> Post(Callback callback)
    {
        await sending.WaitAsync(stopping.Token);
        try
        {
            using var content = new StringContent(callback.Body, Encoding.UTF8, "application/json");
            using var response = await http.PostAsync(callback.Target, content, stopping.Token);
            var status = (int)response.StatusCode;
            return response.IsSuccessStatusCode
                ? ("sent", true)
                : ($"failed: HTTP {status}", status is < 500 and not (408 or 429));
        }
        catch (Exception failed) when (failed is HttpRequestException || (failed is OperationCanceledException && !stopping.IsCancellationRequested))
        {
            return ("failed: " + failed.Message, false);
        }
        finally
        {
            sending.Release();
        }
    }

    private async Task WaitForAnother(TimeSpan most)
    {
        Task next;
        lock (gate)
            next = sentNext.Task;
        try
        {
            await next.WaitAsync(most, time, stopping.Token);
        }
        catch (TimeoutException)
        {
            // no other callback came: it is sent out of patience
        }
    }

    private void TellHeld()
    {
        lock (gate)
        {
            sentNext.SetResult();
            sentNext = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}

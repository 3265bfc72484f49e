using System.Diagnostics.Metrics;
using Microsoft.Extensions.Options;
using Pylon.Postgres;

namespace Pylon.Insights.Webhooks;

/// <summary>
/// Sends the notices to the receiver, beside the scan, which only writes them. Any number of instances may do it at once. An
/// instance that dies between the receiver's answer and its own note sends the notice again, with the same webhook-id.
/// </summary>
internal sealed class WebhookWorker(
    Listener listener, NoticeStore store, WebhookSender sender, IOptions<WebhookOptions> options, TimeProvider time, ILogger<WebhookWorker> logger)
    : BackgroundService
{
    private static readonly Meter Meter = new("Pylon.Insights");
    private static readonly Counter<long> Attempts = Meter.CreateCounter<long>(
        "pylon.insights.webhook.attempts", "{attempt}", "Attempts to send a notice to the webhook receiver, by outcome: sent, failed or dead");

    // How long a stop waits for what is known to be stored.
    private static readonly TimeSpan StopBound = TimeSpan.FromSeconds(3);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => listener.RunAsync(
        ["alert_notices"], (_, cancellationToken) => DrainAsync(cancellationToken), options.Value.PollInterval, stoppingToken);

    internal async Task DrainAsync(CancellationToken cancellationToken)
    {
        if (!sender.HasReceiver)
        {
            while (await store.MarkWithoutReceiverAsync(cancellationToken))
            {
                // A full batch: there may be more.
            }

            return;
        }

        while (!sender.IsOpen && await SendSomeAsync(cancellationToken))
        {
            // There were some, so there may be more.
        }
    }

    private async Task<bool> SendSomeAsync(CancellationToken cancellationToken)
    {
        var owner = Guid.NewGuid();
        var claimed = await store.ClaimAsync(
            owner, options.Value.MaxInFlight, sender.Receiver, time.GetUtcNow(), options.Value.Lease, cancellationToken);
        try
        {
            var postponed = await Task.WhenAll(claimed.Select(notice => SendAsync(notice, owner, cancellationToken)));
            if (postponed.Contains(true))
                await store.ReleaseAsync(owner, sender.IsOpen ? time.GetUtcNow() + options.Value.BreakDuration : time.GetUtcNow(), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            using var bound = new CancellationTokenSource(StopBound, time);
            await store.ReleaseAsync(owner, time.GetUtcNow(), bound.Token);
            throw;
        }

        return claimed.Count > 0;
    }

    /// <summary>True when it was not tried.</summary>
    private async Task<bool> SendAsync(ClaimedNotice notice, Guid owner, CancellationToken cancellationToken)
    {
        // More than the most: the senders of all its attempts died.
        var answer = notice.Attempts > options.Value.MaxAttempts ? WebhookAnswer.NeverEnded : await sender.SendAsync(notice, cancellationToken);
        if (answer == WebhookAnswer.NotTried)
            return true;
        // The receiver has it, so a stop waits until that is stored.
        using var bound = new CancellationTokenSource();
        await using var stop = cancellationToken.Register(() => bound.CancelAfter(StopBound));
        if (!await NoteAsync(notice, owner, answer, bound.Token))
            logger.LeaseLost(notice.WebhookId);
        return false;
    }

    private async Task<bool> NoteAsync(ClaimedNotice notice, Guid owner, WebhookAnswer answer, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var isLast = notice.Attempts >= options.Value.MaxAttempts;
        Attempts.Add(1, new KeyValuePair<string, object?>("outcome", answer.IsTaken ? "sent" : isLast ? "dead" : "failed"));
        if (answer.IsTaken)
            return await store.SentAsync(notice, owner, answer.HttpStatus, now, cancellationToken);
        if (isLast)
        {
            logger.GivenUp(notice.WebhookId, sender.Receiver, notice.Attempts, answer.Failure!);
            return await store.GiveUpAsync(notice, owner, now, answer, cancellationToken);
        }

        var delay = Backoff.After(notice.Attempts, options.Value, answer.RetryAfter, Random.Shared.NextDouble());
        logger.Retrying(notice.WebhookId, sender.Receiver, notice.Attempts, options.Value.MaxAttempts, delay, answer.Failure!);
        return await store.RetryAsync(notice, owner, now + delay, answer, cancellationToken);
    }
}

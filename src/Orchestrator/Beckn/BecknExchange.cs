using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Options;
using Polly.CircuitBreaker;
using Polly.Registry;
using Polly.Timeout;
using Pylon.Beckn;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Beckn;

/// <summary>
/// Sends a message and returns its answer, which comes in the HTTP response or as a callback before, with or after the
/// ACK. The message is stored before it is sent and keeps its id when it is sent again.
/// </summary>
internal sealed class BecknExchange(
    IHttpClientFactory http,
    BecknStore store,
    StepWriter writer,
    Changes<Guid> changes,
    ResiliencePipelineProvider<string> pipelines,
    MessageSigner signer,
    IOptions<BecknOptions> options,
    TimeProvider time,
    ILogger<BecknExchange> logger)
{
    public const string HttpClientName = "bpp";

    private static readonly JsonElement EmptyCatalogue = JsonSerializer.SerializeToElement(
        new { context = new { action = "on_discover" }, message = new { catalogs = Array.Empty<object>() } });

    // A notification can be lost.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>Begins to write in a transaction; see <see cref="Conversation"/>.</summary>
    /// <param name="lease">Held by the attempt.</param>
    /// <param name="transactionId">The Beckn transaction.</param>
    /// <param name="isNew">True when nothing is stored of it.</param>
    public Conversation Begin(Lease lease, Guid transactionId, bool isNew) =>
        new(this, writer, store, lease, transactionId, isNew, options.Value, time, logger);

    /// <summary>Sends a stored message. The answer is stored already when it came as a callback.</summary>
    /// <exception cref="BecknFailure">There is no answer: worth a retry.</exception>
    /// <exception cref="LeaseLostException">Nothing is sent: another worker holds the workload.</exception>
    public async Task<(JsonElement Body, bool IsStored)> SendAsync(
        Lease lease, Guid messageId, string action, string request, bool isRepeated, CancellationToken cancellationToken)
    {
        using var watch = changes.Begin(messageId);
        BecknReply reply;
        try
        {
            reply = await PostAsync(lease, action, request, cancellationToken);
        }
        catch (BecknFailure)
        {
            // The callback may have come although the response is lost.
            if (await store.FindAnswerAsync(messageId, cancellationToken) is { } answer)
                return (answer, true);
            throw;
        }

        return reply switch
        {
            BecknReply.Answer answer => (answer.Body, false),
            BecknReply.Ack => (await store.MarkAcknowledgedAsync(messageId, cancellationToken)
                ?? await WaitAsync(messageId, action, watch, cancellationToken), true),
            BecknReply.NoCallback when action == "discover" => (EmptyCatalogue, false),
            // The first CONFIRM may have been taken although its outcome is unknown, and a booking must be cancelled in the end.
            BecknReply.NoCallback none when action != "cancel" && !(action == "confirm" && isRepeated) => (Refused(action, none.Reason), false),
            BecknReply.NoCallback none => throw new BecknFailure($"{action}: {none.Reason}"),
            BecknReply.Nack nack => throw new BecknFailure($"{action}: refused with NACK: {nack.Reason}"),
            BecknReply.Invalid invalid => throw new BecknFailure($"{action}: {invalid.Reason}"),
            _ => throw new InvalidOperationException(reply.ToString()),
        };
    }

    private static JsonElement Refused(string action, string reason) =>
        JsonSerializer.SerializeToElement(new { context = new { action = $"on_{action}" }, error = new { message = reason } });

    private async Task<BecknReply> PostAsync(Lease lease, string action, string request, CancellationToken cancellationToken)
    {
        try
        {
            return await pipelines.GetPipeline(HttpClientName).ExecuteAsync(
                async token =>
                {
                    using var client = http.CreateClient(HttpClientName);
                    var bytes = Encoding.UTF8.GetBytes(request);
                    var target = new Uri($"{options.Value.BaseUrl.AbsoluteUri.TrimEnd('/')}/{action}");
                    using var post = new HttpRequestMessage(HttpMethod.Post, target) { Content = new LeasedContent(bytes, lease, writer, time) };
                    // Each time anew: a signature is soon over, and counts once.
                    if (signer.Authorize(bytes) is { } authorization)
                        post.Headers.TryAddWithoutValidation("Authorization", authorization);
                    using var response = await client.SendAsync(post, token);
                    var body = await response.Content.ReadAsByteArrayAsync(token);
                    if ((int)response.StatusCode >= 500)
                        throw new HttpRequestException($"HTTP {(int)response.StatusCode}");
                    return BecknReply.Read(response.StatusCode, body, action);
                },
                cancellationToken);
        }
        catch (BrokenCircuitException e)
        {
            throw new BecknFailure($"{action}: not sent, because the circuit to the provider is open for {options.Value.BreakDuration.TotalSeconds:0.#} s", e);
        }
        catch (TimeoutRejectedException e)
        {
            throw new BecknFailure($"{action}: no response within {options.Value.HttpTimeout.TotalSeconds:0.#} s", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new BecknFailure($"{action}: {e.Message}", e);
        }
    }

    private async Task<JsonElement> WaitAsync(Guid messageId, string action, Changes<Guid>.Watch watch, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        while (options.Value.CallbackTimeout - time.GetElapsedTime(started) is { Ticks: > 0 } left)
        {
            await watch.WaitAsync(left < Recheck ? left : Recheck, cancellationToken);
            if (await store.FindAnswerAsync(messageId, cancellationToken) is { } answer)
                return answer;
        }

        throw new BecknFailure($"{action}: acknowledged, but no on_{action} within {options.Value.CallbackTimeout.TotalSeconds:0.#} s");
    }
}

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
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
    Changes<Guid> changes,
    ResiliencePipelineProvider<string> pipelines,
    IOptions<BecknOptions> options,
    TimeProvider time,
    ILogger<BecknExchange> logger)
{
    public const string HttpClientName = "bpp";

    private static readonly JsonElement EmptyCatalogue = JsonSerializer.SerializeToElement(
        new { context = new { action = "on_discover" }, message = new { catalogs = Array.Empty<object>() } });

    // A notification can be lost.
    private static readonly TimeSpan Recheck = TimeSpan.FromSeconds(1);

    /// <summary>The answer to the message of this action in this transaction.</summary>
    /// <exception cref="BecknFailure">There is no answer: worth a retry.</exception>
    /// <exception cref="BecknRefusal">The provider refuses.</exception>
    /// <exception cref="LeaseLostException">Nothing is sent: another worker holds the workload.</exception>
    public async Task<BecknAnswer> AskAsync(
        Lease lease, Guid transactionId, string action, ProviderOffer? provider, JsonObject message, CancellationToken cancellationToken)
    {
        var newId = Guid.CreateVersion7(time.GetUtcNow());
        var (bppId, bppUri, spelling) = await WriteAsAsync(transactionId, provider, cancellationToken);
        var request = new JsonObject
        {
            ["context"] = BecknContext.Of(options.Value, action, transactionId, newId, time.GetUtcNow(), bppId, bppUri, spelling),
            ["message"] = message,
        };
        var (messageId, stored, answer) = await store.PrepareAsync(lease, transactionId, action, newId, request, cancellationToken);
        if (answer is null)
        {
            try
            {
                answer = await SendAsync(lease, messageId, action, stored, messageId != newId, cancellationToken);
            }
            catch (BecknFailure e)
            {
                logger.NotAnswered(action, messageId, e.Message);
                await store.RecordErrorAsync(messageId, e.Message, cancellationToken);
                throw;
            }
        }

        return BecknReply.ErrorOf(answer.Value) is { } error
            ? throw new BecknRefusal(action, error)
            : new BecknAnswer(messageId, answer.Value);
    }

    /// <summary>The provider is named as its offer does, or as in this transaction; what is written to it is spelled as it wrote last.</summary>
    private async Task<(string BppId, string BppUri, BecknSpelling? Spelling)> WriteAsAsync(
        Guid transactionId, ProviderOffer? provider, CancellationToken cancellationToken)
    {
        var contexts = await store.ContextsAsync(transactionId, cancellationToken);
        return (
            provider?.BppId ?? Said("bpp_id"),
            provider?.BppUri ?? Said("bpp_uri"),
            contexts.Select(BecknContext.SpellingOf).FirstOrDefault(s => s is not null) ?? provider?.Spelling);

        string Said(string name) => contexts.Select(c => BecknContext.Field(c, name).Text()).FirstOrDefault(t => t.Length > 0) ?? "";
    }

    private async Task<JsonElement> SendAsync(Lease lease, Guid messageId, string action, JsonObject request, bool isRepeated, CancellationToken cancellationToken)
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
                return answer;
            throw;
        }

        return reply switch
        {
            BecknReply.Answer answer => await AnsweredAsync(messageId, action, answer.Body, cancellationToken),
            BecknReply.Ack => await store.MarkAcknowledgedAsync(messageId, cancellationToken)
                ?? await WaitAsync(messageId, action, watch, cancellationToken),
            BecknReply.NoCallback when action == "discover" => await AnsweredAsync(messageId, action, EmptyCatalogue, cancellationToken),
            // The first CONFIRM may have been taken although its outcome is unknown, and a booking must be cancelled in the end.
            BecknReply.NoCallback none when action != "cancel" && !(action == "confirm" && isRepeated) =>
                await AnsweredAsync(messageId, action, Refused(action, none.Reason), cancellationToken),
            BecknReply.NoCallback none => throw new BecknFailure($"{action}: {none.Reason}"),
            BecknReply.Nack nack => throw new BecknFailure($"{action}: refused with NACK: {nack.Reason}"),
            BecknReply.Invalid invalid => throw new BecknFailure($"{action}: {invalid.Reason}"),
            _ => throw new InvalidOperationException(reply.ToString()),
        };
    }

    private static JsonElement Refused(string action, string reason) =>
        JsonSerializer.SerializeToElement(new { context = new { action = $"on_{action}" }, error = new { message = reason } });

    private async Task<JsonElement> AnsweredAsync(Guid messageId, string action, JsonElement body, CancellationToken cancellationToken)
    {
        var answer = (await store.AnswerByResponseAsync(messageId, body, cancellationToken))!.Value;
        if (action == "confirm" && BecknAnswer.NotBookedBecause(answer) is null && await store.ConfirmLateAsync(messageId, cancellationToken))
            logger.ConfirmedLate(messageId);
        return answer;
    }

    private async Task<BecknReply> PostAsync(Lease lease, string action, JsonObject request, CancellationToken cancellationToken)
    {
        try
        {
            return await pipelines.GetPipeline(HttpClientName).ExecuteAsync(
                async token =>
                {
                    using var client = http.CreateClient(HttpClientName);
                    using var content = new LeasedContent(Encoding.UTF8.GetBytes(request.ToJsonString()), lease, store, time);
                    var target = new Uri($"{options.Value.BaseUrl.AbsoluteUri.TrimEnd('/')}/{action}");
                    using var response = await client.PostAsync(target, content, token);
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

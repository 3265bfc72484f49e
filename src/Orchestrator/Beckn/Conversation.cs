using System.Text.Json;
using System.Text.Json.Nodes;
using Pylon.Beckn;
using Pylon.Orchestrator.Queue;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Beckn;

/// <summary>
/// What an attempt says to a provider. What the provider has answered and what follows from it are written together with
/// the next message, before that is sent: one commit for each step. What is left is written at the end, whatever that is.
/// </summary>
internal sealed class Conversation(
    BecknExchange exchange, StepWriter writer, BecknStore store, Lease lease, Guid transactionId, bool isNew, BecknOptions options, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    private static readonly TimeSpan EndBound = TimeSpan.FromSeconds(3);

    private readonly List<StatementRow> _changes = [];
    private (Guid MessageId, string Action, JsonElement Body)? _answered;

    // Of the messages as the provider writes them, the newest first; null when they are stored and not read yet.
    private List<JsonElement>? _contexts = isNew ? [] : null;

    /// <summary>Held by the attempt.</summary>
    public Lease Lease => lease;

    /// <summary>The Beckn transaction.</summary>
    public Guid TransactionId { get; private set; } = transactionId;

    /// <summary>Goes on in another transaction.</summary>
    public async Task MoveAsync(Guid transactionId, bool isNew, CancellationToken cancellationToken)
    {
        if (transactionId == TransactionId)
            return;
        await WriteAsync(cancellationToken);
        (TransactionId, _contexts) = (transactionId, isNew ? [] : null);
    }

    /// <summary>Adds what follows from an answer. It is written with the next message.</summary>
    public void Add(StatementRow change) => _changes.Add(change);

    /// <summary>The answer to the message of this action. The message is stored before it is sent and keeps its id when it is sent again.</summary>
    /// <param name="action">For example select.</param>
    /// <param name="provider">Named as its offer does; null for the one that has written in this transaction.</param>
    /// <param name="message">Below its context.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <param name="confirms">The order that is pending before the message is stored.</param>
    /// <exception cref="BecknFailure">There is no answer: worth a retry.</exception>
    /// <exception cref="BecknRefusal">The provider refuses, or the order is over.</exception>
    /// <exception cref="LeaseLostException">Nothing is sent: another worker holds the workload.</exception>
    /// <exception cref="OutrunException">Nothing is sent: the answer before was not the one that counts.</exception>
    public async Task<BecknAnswer> AskAsync(
        string action, ProviderOffer? provider, JsonObject message, CancellationToken cancellationToken, string? confirms = null)
    {
        var newId = Guid.CreateVersion7(time.GetUtcNow());
        var request = await RequestAsync(newId, action, provider, message, cancellationToken);
        var written = await WriteAsync(new Step(lease) { Confirms = confirms, Next = new NewMessage(newId, TransactionId, action, request) }, cancellationToken);
        if (written.Message is not { } stored)
            throw new BecknRefusal(action, $"the order is {written.OrderState ?? "unknown"}");
        var answer = stored.Answer is { } known ? LenientJson.Stored(known) : await SendAsync(stored.Id, action, stored.Request ?? request, stored.Id != newId, cancellationToken);
        _contexts!.Insert(0, answer.Get("context"));
        return BecknReply.ErrorOf(answer) is { } error ? throw new BecknRefusal(action, error) : new BecknAnswer(stored.Id, answer);
    }

    /// <summary>Writes what is left, with the last changes of the attempt.</summary>
    /// <exception cref="LeaseLostException">Another worker holds the workload.</exception>
    /// <exception cref="OutrunException">The last answer is not the one that counts.</exception>
    public async Task WriteAsync(CancellationToken cancellationToken, params IEnumerable<StatementRow> last)
    {
        List<StatementRow> changes = [.. last];
        if (_answered is not null || _changes.Count + changes.Count > 0)
            await WriteAsync(new Step(lease) { Changes = changes }, cancellationToken);
    }

    /// <summary>An attempt that fails leaves what the provider has answered.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_answered is null && _changes.Count == 0)
            return;
        using var bound = new CancellationTokenSource(EndBound, time);
        try
        {
            await TakeAsync(await writer.WriteAloneAsync(Complete(new Step(lease)), bound.Token), bound.Token);
        }
        catch (Exception e) when (e is LeaseLostException or OutrunException)
        {
            // What counts is stored.
        }
        catch (Exception e)
        {
            logger.AnswerNotStored(e, lease.WorkloadId);
        }
    }

    private async Task<JsonElement> SendAsync(Guid messageId, string action, string request, bool isRepeated, CancellationToken cancellationToken)
    {
        try
        {
            var (answer, isStored) = await exchange.SendAsync(lease, messageId, action, request, isRepeated, cancellationToken);
            if (!isStored)
                _answered = (messageId, action, answer);
            return answer;
        }
        catch (BecknFailure e)
        {
            logger.NotAnswered(action, messageId, e.Message);
            await store.RecordErrorAsync(messageId, e.Message, cancellationToken);
            throw;
        }
    }

    /// <summary>The provider is named as its offer does, or as in this transaction; what is written to it is spelled as it wrote last.</summary>
    private async Task<string> RequestAsync(Guid id, string action, ProviderOffer? provider, JsonObject message, CancellationToken cancellationToken)
    {
        var contexts = _contexts ??= await store.ContextsAsync(TransactionId, cancellationToken);
        var spelling = contexts.Select(BecknContext.SpellingOf).FirstOrDefault(s => s is not null) ?? provider?.Spelling;
        return new JsonObject
        {
            ["context"] = BecknContext.Of(
                options, action, TransactionId, id, time.GetUtcNow(), provider?.BppId ?? Said("bpp_id"), provider?.BppUri ?? Said("bpp_uri"), spelling),
            ["message"] = message,
        }.ToJsonString();

        string Said(string name) => contexts.Select(c => BecknContext.Field(c, name).Text()).FirstOrDefault(t => t.Length > 0) ?? "";
    }

    private async Task<Written> WriteAsync(Step step, CancellationToken cancellationToken) =>
        await TakeAsync(await writer.WriteAsync(Complete(step), cancellationToken), cancellationToken);

    private Step Complete(Step step) => step with { Answered = _answered is { } answered ? (answered.MessageId, answered.Body) : null, Changes = [.. _changes, .. step.Changes] };

    private async Task<Written> TakeAsync(Written written, CancellationToken cancellationToken)
    {
        var answered = _answered;
        _answered = null;
        _changes.Clear();
        if (written.Outcome == StepOutcome.Done)
            return written;
        // Whoever has the workload now may have cancelled what this answer confirms.
        if (written.Outcome == StepOutcome.NotHeld && answered is { Action: "confirm" } confirmed && BecknAnswer.NotBookedBecause(confirmed.Body) is null && await store.ConfirmLateAsync(confirmed.MessageId, cancellationToken))
            logger.ConfirmedLate(confirmed.MessageId);
        throw written.Outcome == StepOutcome.Outrun ? new OutrunException(answered!.Value.Action) : new LeaseLostException(lease);
    }
}

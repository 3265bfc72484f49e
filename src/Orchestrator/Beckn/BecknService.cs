using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Beckn;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Catalog;
using Pylon.Orchestrator.Signatures;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;
using Pylon.Rpc;
using Pylon.Signing;

namespace Pylon.Orchestrator.Beckn;

/// <summary>The gRPC service that receives the callbacks of providers, and offers workloads to them.</summary>
internal sealed class BecknService(
    BecknStore store,
    CatalogStore catalog,
    ProviderNotices notices,
    MarketService.MarketServiceClient market,
    CallbackVerifier verifier,
    ReplayMemory replays,
    CallbackMetrics metrics,
    IOptions<BecknOptions> options,
    TimeProvider time,
    ILogger<BecknService> logger)
    : V1.BecknService.BecknServiceBase
{
    private const int MostFound = 100;

    private const string Unknown = "context.transaction_id: must be that of a message sent by this BAP";

    public override async Task<ReceiveCallbackResponse> ReceiveCallback(ReceiveCallbackRequest request, ServerCallContext context)
    {
        var verdict = await verifier.VerifyAsync(request.Authorization, request.GatewayAuthorization, request.Body.Memory, context.CancellationToken);
        var refusal = verdict.Refusal is { } signature
            ? CallbackRefusal.Of(signature, verdict.IsOfGateway)
            : await TakeAsync(request.Action, request.Body.Memory, verdict.Signature, context.CancellationToken);
        if (refusal is null)
            return Reply(200, new { message = new { ack = new { status = "ACK" } } });
        metrics.Refused(request.Action, refusal);
        var reply = Reply(refusal.Status, new { message = new { ack = new { status = "NACK" } }, error = new { code = refusal.Code, message = refusal.Reason } });
        if (refusal.Challenge is { } challenge)
            reply.Headers[challenge] = SignatureHeader.Challenge(options.Value.BapId);
        if (refusal.Status == CallbackRefusal.Unavailable)
            reply.Headers["Retry-After"] = "1";
        return reply;
    }

    public override async Task<V1.GetCatalogResponse> GetCatalog(V1.GetCatalogRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var page = await catalog.Of(context.Tenant()).OpenAsync(PageToken.Decode(request.PageToken), "", size + 1, context.CancellationToken);
        return new V1.GetCatalogResponse
        {
            Context = WorkloadCatalog.Context(options.Value, "", "", time.GetUtcNow()),
            Message = WorkloadCatalog.Message(page.Take(size), isAnswer: false),
            NextPageToken = page.Count > size ? new PageToken(new DateTimeOffset(page[size - 1].CreatedAt), page[size - 1].Id).Encode() : "",
        };
    }

    public override async Task<SearchResponse> Search(SearchRequest request, ServerCallContext context)
    {
        var intent = SearchIntent.Parse(request.Body);
        var found = await catalog.Of(context.Tenant()).OpenAsync(null, intent.Words, MostFound, context.CancellationToken);
        return new SearchResponse
        {
            Message = WorkloadCatalog.Message(found, isAnswer: true),
            Context = WorkloadCatalog.Context(options.Value, intent.TransactionId, intent.MessageId, time.GetUtcNow()),
        };
    }

    public override async Task<ListTransactionsResponse> ListTransactions(ListTransactionsRequest request, ServerCallContext context)
    {
        var size = Field.PageSize(request.PageSize);
        var page = await catalog.Of(context.Tenant()).TransactionsAsync(
            PageToken.Decode(request.PageToken), Field.OptionalUuid(request.WorkloadId, "workload_id"), size + 1, context.CancellationToken);
        var shown = page.Take(size).ToList();
        var messages = await catalog.Of(context.Tenant()).MessagesAsync([.. shown.Select(t => t.TransactionId)], context.CancellationToken);
        return new ListTransactionsResponse
        {
            Transactions = { shown.Select(t => CatalogMapping.ToProto(t, messages[t.TransactionId])) },
            NextPageToken = page.Count > size ? new PageToken(shown[^1].CreatedAt, shown[^1].TransactionId).Encode() : "",
        };
    }

    /// <summary>Null when the callback is acknowledged, otherwise the NACK.</summary>
    private async Task<CallbackRefusal?> TakeAsync(string action, ReadOnlyMemory<byte> raw, CallbackSignature? signature, CancellationToken cancellationToken)
    {
        if (!action.StartsWith("on_", StringComparison.Ordinal))
            return CallbackRefusal.Of("action: must begin with on_");
        var body = LenientJson.Parse(raw);
        if (body.ValueKind != JsonValueKind.Object)
            return CallbackRefusal.Of("body: must be a JSON object");

        var context = body.Get("context");
        if (context.ValueKind != JsonValueKind.Object)
            return CallbackRefusal.Of("context: must be given");
        if (signature is not null && BecknContext.Field(context, "bpp_id").Text() != signature.Subscriber)
            return CallbackRefusal.Of(SignatureRefusal.OtherSubscriber);
        if (signature is not null && !await replays.RememberAsync(signature, cancellationToken))
            return CallbackRefusal.Of(SignatureRefusal.Replayed);
        if (context.Get("action").Text() != action)
            return CallbackRefusal.Of($"context.action: must be {action}, as in the path");
        if (body.Get("message").ValueKind != JsonValueKind.Object && BecknReply.ErrorOf(body) is null)
            return CallbackRefusal.Of("message: must be given unless there is an error");

        var messageId = Id(BecknContext.Field(context, "message_id"));
        var transactionId = Id(BecknContext.Field(context, "transaction_id"));
        if (messageId is null && transactionId is null)
            return CallbackRefusal.Of("context.transaction_id: must be a UUID");

        var name = action["on_".Length..];
        var asked = await store.FindAskedAsync(name, messageId, transactionId, cancellationToken);
        var mismatch = BecknContext.Mismatch(options.Value, context, asked?.Context ?? default);
        if (asked is null)
        {
            if (action != "on_discover" || transactionId is null)
                return CallbackRefusal.Of(Unknown);
            if (mismatch is not null)
                return CallbackRefusal.Of($"context.{mismatch}: must be that of this BAP, its domain and the BPP that it asks");
            return await IsForIngestionAsync(transactionId.Value, raw, cancellationToken) ? null : CallbackRefusal.Of(Unknown);
        }

        if (asked.Refusal(name, messageId, transactionId, mismatch) is { } refusal)
            return CallbackRefusal.Of(refusal);
        var transaction = asked.TransactionId;
        var ownId = BecknContext.Field(context, "message_id").Text();
        if (asked.Action == name && await store.AnswerByCallbackAsync(name, messageId, transaction, body, cancellationToken) is { } matched)
        {
            Traceparent.Link(matched.Traceparent);
            logger.CallbackMatched(action, matched.MessageId, matched.First);
            if (action == "on_confirm" && matched.First && BecknAnswer.NotBookedBecause(body) is null
                && await store.ConfirmLateAsync(matched.MessageId, cancellationToken))
            {
                logger.ConfirmedLate(matched.MessageId);
            }

            // A second on_cancel may be the provider's own: of a booking that it refused to cancel before.
            if (!matched.First && ProviderNotices.Actions.Contains(name))
                await notices.TakeAsync(name, transaction, ownId, body, cancellationToken);
        }
        else if (ProviderNotices.Actions.Contains(name) && await notices.TakeAsync(name, transaction, ownId, body, cancellationToken))
        {
            logger.NoticeTaken(action, transaction);
        }
        else
        {
            return CallbackRefusal.Of($"context.action: this transaction has no order for {action}");
        }

        return null;
    }

    /// <summary>Ingestion asks providers for catalogues too; their callbacks arrive here.</summary>
    private async Task<bool> IsForIngestionAsync(Guid transactionId, ReadOnlyMemory<byte> raw, CancellationToken cancellationToken)
    {
        var request = new ReceiveCatalogRequest { TransactionId = transactionId.ToString(), Body = UnsafeByteOperations.UnsafeWrap(raw) };
        try
        {
            return (await market.ReceiveCatalogAsync(request, cancellationToken: cancellationToken)).Taken;
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw Refusal.Unavailable("INGESTION_UNAVAILABLE", "Ingestion is unreachable: send the callback again.", TimeSpan.FromSeconds(1)).AsException();
        }
    }

    private static Guid? Id(JsonElement element) => Guid.TryParse(element.Text(), out var id) ? id : null;

    private static ReceiveCallbackResponse Reply(int status, object body) =>
        new() { HttpStatus = status, Body = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(body)) };
}

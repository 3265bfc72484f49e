using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using Pylon.Beckn;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Beckn;

/// <summary>The gRPC service that receives the callbacks of providers.</summary>
internal sealed class BecknService(BecknStore store, ProviderNotices notices, MarketService.MarketServiceClient market, ILogger<BecknService> logger) : V1.BecknService.BecknServiceBase
{
    // BECKN-005, Error Codes.
    private const string InvalidRequest = "30000";
    private const string Unknown = "context.transaction_id: must be that of a message sent by this BAP";

    public override async Task<ReceiveCallbackResponse> ReceiveCallback(ReceiveCallbackRequest request, ServerCallContext context)
    {
        var refusal = await TakeAsync(request.Action, request.Body.Memory, context.CancellationToken);
        if (refusal is null)
            return Reply(200, new { message = new { ack = new { status = "ACK" } } });
        logger.CallbackRefused(request.Action, refusal);
        return Reply(400, new { message = new { ack = new { status = "NACK" } }, error = new { code = InvalidRequest, message = refusal } });
    }

    /// <summary>Null when the callback is acknowledged, otherwise the reason of the NACK.</summary>
    private async Task<string?> TakeAsync(string action, ReadOnlyMemory<byte> raw, CancellationToken cancellationToken)
    {
        if (!action.StartsWith("on_", StringComparison.Ordinal))
            return "action: must begin with on_";
        var body = LenientJson.Parse(raw);
        if (body.ValueKind != JsonValueKind.Object)
            return "body: must be a JSON object";

        var context = body.Get("context");
        if (context.ValueKind != JsonValueKind.Object)
            return "context: must be given";
        if (context.Get("action").Text() != action)
            return $"context.action: must be {action}, as in the path";
        if (body.Get("message").ValueKind != JsonValueKind.Object && BecknReply.ErrorOf(body) is null)
            return "message: must be given unless there is an error";

        var messageId = Id(context.Get("message_id"));
        var transactionId = Id(context.Get("transaction_id"));
        if (messageId is null && transactionId is null)
            return "context.transaction_id: must be a UUID";

        if (await store.AnswerByCallbackAsync(action["on_".Length..], messageId, transactionId, body, cancellationToken) is { } matched)
        {
            Traceparent.Link(matched.Traceparent);
            logger.CallbackMatched(action, matched.MessageId, matched.First);
            if (action == "on_confirm" && matched.First && BecknAnswer.NotBookedBecause(body) is null
                && await store.ConfirmLateAsync(matched.MessageId, cancellationToken))
            {
                logger.ConfirmedLate(matched.MessageId);
            }

            // A second on_cancel may be the provider's own: of a booking that it refused to cancel before.
            if (!matched.First && ProviderNotices.Actions.Contains(action["on_".Length..]) && transactionId is { } own)
                await notices.TakeAsync(action["on_".Length..], own, context.Get("message_id").Text(), body, cancellationToken);
            return null;
        }

        if (transactionId is null)
            return Unknown;
        if (!await store.KnowsTransactionAsync(transactionId.Value, cancellationToken))
            return action == "on_discover" && await IsForIngestionAsync(transactionId.Value, raw, cancellationToken) ? null : Unknown;
        if (ProviderNotices.Actions.Contains(action["on_".Length..])
            && await notices.TakeAsync(action["on_".Length..], transactionId.Value, context.Get("message_id").Text(), body, cancellationToken))
        {
            logger.NoticeTaken(action, transactionId.Value);
        }
        else
        {
            logger.CallbackIgnored(action, transactionId.Value);
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

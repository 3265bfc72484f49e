using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Gateway.Proxy;
using Pylon.Gateway.Transcoding;
using Pylon.Orchestrator.V1;

namespace Pylon.Gateway.Webhooks;

/// <summary>
/// <c>POST /beckn/on_*</c>: callbacks of providers go to the Orchestrator byte for byte (a signature covers the bytes),
/// and its answer goes back as it is. When there is none in time, a NACK makes the provider try again.
/// </summary>
internal sealed class WebhookEndpoints(UpstreamChannels channels, IOptions<WebhookOptions> settings, TimeProvider time, ILogger<WebhookEndpoints> log)
{
    /// <summary>The callbacks of a Beckn buyer platform.</summary>
    public static readonly IReadOnlyList<string> Actions =
        ["on_discover", "on_select", "on_init", "on_confirm", "on_status", "on_update", "on_cancel", "on_support", "on_track", "on_rating"];

    private readonly WebhookOptions _options = settings.Value;

    public async Task Receive(HttpContext context, string action)
    {
        if (!Actions.Contains(action, StringComparer.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        // A little less than the provider waits, so that our answer still reaches it.
        var bound = _options.Timeout * 0.9;
        var deadline = time.GetUtcNow().UtcDateTime + bound;
        using var late = new CancellationTokenSource(bound, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        try
        {
            var (body, tooLarge) = await BodyReader.ReadAll(context.Request, _options.MaxBodyBytes, stop.Token);
            if (tooLarge is not null)
                await Answer(context, tooLarge.Status, Nack.Json(tooLarge.Reason, tooLarge.Detail));
            else
                await Forward(context, action, body!, deadline);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            await Answer(context, StatusCodes.Status408RequestTimeout, Nack.Json("BODY_TIMEOUT", "The body did not arrive in time."));
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The provider has gone; it will send again.
        }
    }

    private async Task Forward(HttpContext context, string action, byte[] body, DateTime deadline)
    {
        var client = new BecknService.BecknServiceClient(channels.InvokerOf(BecknService.Descriptor));
        var request = new ReceiveCallbackRequest { Action = action, Body = UnsafeByteOperations.UnsafeWrap(body) };
        try
        {
            var answer = await client.ReceiveCallbackAsync(request, ForwardedHeaders.From(context.Request.Headers), deadline, context.RequestAborted);
            await Answer(context, answer.HttpStatus is >= 100 and < 600 ? answer.HttpStatus : StatusCodes.Status200OK, answer.Body.Memory);
        }
        catch (RpcException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The provider has gone; it will send again.
        }
        catch (RpcException e)
        {
            log.CallbackNotTaken(e, action, e.StatusCode);
            var isAway = e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted;
            context.Response.Headers.RetryAfter = "1";
            await Answer(
                context,
                isAway ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
                isAway ? Nack.Json("SERVICE_UNAVAILABLE", "The callback cannot be taken now; send it again.") : Nack.Json("INTERNAL", "Something went wrong on our side; send it again."));
        }
    }

    private static async Task Answer(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}

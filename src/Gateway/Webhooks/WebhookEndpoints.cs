using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Access;
using Pylon.Gateway.Metrics;
using Pylon.Gateway.Proxy;
using Pylon.Orchestrator.V1;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;

namespace Pylon.Gateway.Webhooks;

/// <summary>
/// <c>POST /beckn/on_*</c>: forwards the callbacks of providers to the Orchestrator byte for byte (a signature covers the
/// bytes) and returns its answer unchanged. Without an answer in time, a NACK makes the provider try again.
/// </summary>
internal sealed class WebhookEndpoints(
    UpstreamChannels channels, InternalTokens tokens, SignatureGate gate, GatewayMetrics metrics, IOptions<WebhookOptions> settings, TimeProvider time, ILogger<WebhookEndpoints> log)
{
    private const string GatewayAuthorization = "X-Gateway-Authorization";

    /// <summary>The callbacks of a Beckn buyer platform.</summary>
    public static readonly IReadOnlyList<string> Actions =
        ["on_discover", "on_select", "on_init", "on_confirm", "on_status", "on_update", "on_cancel", "on_support", "on_track", "on_rating"];

    private readonly WebhookOptions _options = settings.Value;
    private int _refused;

    public async Task ReceiveAsync(HttpContext context, string action)
    {
        if (!Actions.Contains(action, StringComparer.Ordinal))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (gate.Refusal(context.Request.Headers.Authorization) is { } unsigned)
        {
            metrics.CallbackRefused(unsigned.Code);
            context.Response.Headers.WWWAuthenticate = gate.Challenge;
            await AnswerAsync(context, StatusCodes.Status401Unauthorized, Nack.Json(unsigned.Code, unsigned.Reason));
            return;
        }

        // Less than the provider waits, so that the NACK still reaches it.
        var bound = _options.Timeout * 0.9;
        var deadline = time.GetUtcNow().UtcDateTime + bound;
        using var late = new CancellationTokenSource(bound, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(late.Token, context.RequestAborted);
        try
        {
            if (context.Request.Headers.ContentEncoding.ToString() is { Length: > 0 } encoding && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            {
                await AnswerAsync(context, StatusCodes.Status415UnsupportedMediaType, Nack.Json("UNSUPPORTED_ENCODING", "The body must be plain JSON, without a Content-Encoding."));
                return;
            }

            var (body, tooLarge) = await BodyReader.ReadAllAsync(context.Request, _options.MaxBodyBytes, stop.Token);
            if (tooLarge is not null)
                await AnswerAsync(context, tooLarge.Status, Nack.Json(tooLarge.Reason, tooLarge.Detail));
            else
                await ForwardAsync(context, action, body!, deadline);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested)
        {
            await AnswerAsync(context, StatusCodes.Status408RequestTimeout, Nack.Json("BODY_TIMEOUT", $"The body must arrive within {_options.Timeout.TotalSeconds} s; send the callback again."));
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            // The provider has disconnected; it sends the callback again.
        }
    }

    private async Task ForwardAsync(HttpContext context, string action, byte[] body, DateTime deadline)
    {
        var client = new BecknService.BecknServiceClient(channels.InvokerOf(BecknService.Descriptor));
        var headers = context.Request.Headers;
        var request = new ReceiveCallbackRequest
        {
            Action = action,
            Body = UnsafeByteOperations.UnsafeWrap(body),
            Authorization = { headers.Authorization.OfType<string>() },
            GatewayAuthorization = { headers[GatewayAuthorization].OfType<string>() },
        };
        try
        {
            var answer = await client.ReceiveCallbackAsync(request, tokens.AddTo(ForwardedHeaders.From(context.Request.Headers), tokens.Self), deadline, context.RequestAborted);
            if (Interlocked.Exchange(ref _refused, 0) is > 0 and var refused)
                log.CallbackAccepted(action, refused);
            foreach (var (name, value) in answer.Headers)
                context.Response.Headers[name] = value;
            await AnswerAsync(context, answer.HttpStatus is >= 100 and < 600 ? answer.HttpStatus : StatusCodes.Status200OK, answer.Body.Memory);
        }
        catch (RpcException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The provider has disconnected; it sends the callback again.
        }
        catch (RpcException e)
        {
            if (Interlocked.Increment(ref _refused) == 1)
                log.CallbackNotAccepted(e, action, e.StatusCode);
            var isUnreachable = e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted;
            context.Response.Headers.RetryAfter = "1";
            await AnswerAsync(
                context,
                isUnreachable ? StatusCodes.Status503ServiceUnavailable : StatusCodes.Status500InternalServerError,
                isUnreachable ? Nack.Json("SERVICE_UNAVAILABLE", "The Orchestrator is unreachable; send the callback again.") : Nack.Json("INTERNAL", "The Orchestrator failed; send the callback again."));
        }
    }

    private static async Task AnswerAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        await context.WriteJsonAsync(body);
    }
}

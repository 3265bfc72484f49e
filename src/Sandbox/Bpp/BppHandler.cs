using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Callbacks;
using Pylon.Sandbox.Bpp.Orders;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Faults;
using Pylon.Sandbox.Network;
using Pylon.Sandbox.Requests;
using Pylon.Signing;

namespace Pylon.Sandbox.Bpp;

/// <summary>Handles one Beckn request from its body to its answer, with the faults that hit it.</summary>
internal sealed class BppHandler(
    BppOptions options,
    CurrentStyle style,
    Discovery discovery,
    OrderBook orders,
    FaultBoard faults,
    CallbackSender callbacks,
    NetworkKeys keys,
    RecentRequests<RequestRecord> requests,
    TimeProvider time,
    ILogger<BppHandler> log)
{
    private const int LongestBody = 1024 * 1024;

    public async Task HandleAsync(HttpContext http, string action)
    {
        var record = new RequestRecord(action, time.GetUtcNow());
        requests.Add(record);
        var raw = await Raw.ReadAsync(http);
        if (keys.Refusal(http.Request, raw) is { } refusal)
        {
            (record.Answer, record.ErrorCode) = ("nack", refusal.Code);
            http.Response.Headers.WWWAuthenticate = SignatureHeader.Challenge(options.BppId);
            await WriteAsync(http, 401, Messages.Nack(refusal.Code, refusal.Reason));
            return;
        }

        var body = Raw.Text(raw);
        var isSync = style.Value.Sync;
        var hit = faults.Take(action, body, kind => FaultKinds.Fits(kind, action, isSync));
        record.Faults = [.. hit.Keys];
        try
        {
            if (body.Length > LongestBody)
                throw new NackException(ErrorCodes.InvalidRequest, $"the body must have at most {LongestBody} characters", "body");
            if (hit.TryGetValue(FaultKinds.Delay, out var delay))
                await Task.Delay(delay.Delay, time, http.RequestAborted);
            if (await IsReplacedAsync(http, hit, record, processed: false))
                return;
            var request = Envelope.Read(action, body, style.Value.CamelCase);
            (record.MessageId, record.TransactionId) = (request.MessageId, request.TransactionId);
            record.OrderId = Json.Text(request.Message["order"], "beckn:id");
            var on = Answer(http, request, hit);
            record.ErrorCode = Json.Text(on["error"], "code");
            var text = Json.Write(on);
            if (hit.ContainsKey(FaultKinds.MalformedBody))
                text = text[..(text.Length / 2)];
            await (isSync ? ReplyAsync(http, hit, record, text) : AckAndCallBackAsync(http, request, hit, record, text));
        }
        catch (NackException refused)
        {
            record.ErrorCode = refused.Code;
            record.Answer = "nack";
            await WriteAsync(http, 400, Messages.Nack(refused.Code, refused.Message, refused.Path));
        }
        catch (Exception failure) when (failure is not (OperationCanceledException or BadHttpRequestException) && !http.Response.HasStarted)
        {
            log.RequestFailed(failure, action);
            record.Answer = "failed";
            await WriteAsync(http, 500, Messages.Nack(ErrorCodes.InvalidRequest, "the sandbox failed: " + failure.Message));
        }
    }

    private JObject Answer(HttpContext http, Envelope request, IReadOnlyDictionary<string, Fault> hit)
    {
        var answer = hit.ContainsKey(FaultKinds.BusinessError)
            ? Protocol.Answer.Refused(ErrorCodes.BusinessError, "business error on demand")
            : request.Action == Actions.Discover
                ? discovery.Answer(request, hit.TryGetValue(FaultKinds.FewItems, out var few) ? few.KeepItems : null)
                : orders.Handle(request);
        var messageId = style.Value.FreshMessageIds ? Guid.NewGuid().ToString() : request.MessageId;
        var on = Messages.On(request, answer, messageId, options.BppId, $"{http.Request.Scheme}://{http.Request.Host}/bpp", time.GetUtcNow());
        if (style.Value.CamelCase)
            on["context"] = ContextSpelling.Camel((JObject)on["context"]!);
        return on;
    }

    private static async Task ReplyAsync(HttpContext http, IReadOnlyDictionary<string, Fault> hit, RequestRecord record, string text)
    {
        if (await IsReplacedAsync(http, hit, record, processed: true))
            return;
        record.Answer = "sync";
        await WriteAsync(http, 200, text);
    }

    private async Task AckAndCallBackAsync(
        HttpContext http, Envelope request, IReadOnlyDictionary<string, Fault> hit, RequestRecord record, string text)
    {
        if (!callbacks.TryReserve())
        {
            record.Answer = "nack";
            await WriteAsync(http, 503, Messages.Nack(ErrorCodes.BusinessError, $"{CallbackSender.MostPending} callbacks are pending, which is the limit; try again later"));
            return;
        }
        var callback = new Callback(
            new Uri(request.BapUri.AbsoluteUri.TrimEnd('/') + "/on_" + request.Action),
            text,
            record,
            Copies: hit.ContainsKey(FaultKinds.DuplicateCallback) || hit.ContainsKey(FaultKinds.ReplayedCallback) ? 2 : 1,
            After: hit.TryGetValue(FaultKinds.LateCallback, out var late) ? late.Delay : TimeSpan.Zero,
            HoldFor: hit.TryGetValue(FaultKinds.ReorderedCallback, out var reordered) ? reordered.Delay : null,
            Authorizing(hit));
        record.Callback = "pending";
        if (hit.ContainsKey(FaultKinds.LostCallback))
        {
            callbacks.GiveBack();
            record.Callback = "lost";
        }
        else if (hit.ContainsKey(FaultKinds.CallbackBeforeAck))
        {
            await callbacks.SendNowAsync(callback);
        }
        else
        {
            http.Response.OnCompleted(() =>
            {
                callbacks.Send(callback);
                return Task.CompletedTask;
            });
        }

        if (await IsReplacedAsync(http, hit, record, processed: true))
            return;
        record.Answer = "ack";
        await WriteAsync(http, 200, Messages.Ack());
    }

    // Each sending is signed anew, unless a fault says otherwise.
    private Func<byte[], string?> Authorizing(IReadOnlyDictionary<string, Fault> hit)
    {
        if (hit.ContainsKey(FaultKinds.UnsignedCallback))
            return _ => null;
        if (hit.ContainsKey(FaultKinds.ForgedCallback))
            return body => keys.Sign(body, forged: true);
        if (!hit.ContainsKey(FaultKinds.ReplayedCallback))
            return body => keys.Sign(body);
        string? first = null;
        return body => first ??= keys.Sign(body);
    }

    /// <summary>True when a fault replaced the answer, before or after (<paramref name="processed"/>) the request took effect.</summary>
    private static async Task<bool> IsReplacedAsync(HttpContext http, IReadOnlyDictionary<string, Fault> hit, RequestRecord record, bool processed)
    {
        if (hit.TryGetValue(FaultKinds.DropConnection, out var drop) && drop.Processed == processed)
        {
            record.Answer = FaultKinds.DropConnection;
            http.Abort();
            return true;
        }
        if (hit.TryGetValue(FaultKinds.HttpError, out var error) && error.Processed == processed)
        {
            record.Answer = FaultKinds.HttpError;
            await WriteAsync(http, error.HttpStatus ?? 503, new JObject { ["error"] = "server error on demand" });
            return true;
        }
        if (hit.TryGetValue(FaultKinds.Nack, out var nack) && !processed)
        {
            record.Answer = FaultKinds.Nack;
            record.ErrorCode = ErrorCodes.InvalidRequest;
            await WriteAsync(http, nack.HttpStatus ?? 200, Messages.Nack(ErrorCodes.InvalidRequest, "NACK on demand"));
            return true;
        }
        return false;
    }

    private static Task WriteAsync(HttpContext http, int status, JObject body) => WriteAsync(http, status, Json.Write(body));

    private static Task WriteAsync(HttpContext http, int status, string body)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        return http.Response.WriteAsync(body, http.RequestAborted);
    }
}

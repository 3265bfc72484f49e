using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Pylon.Gateway.Problems;

namespace Pylon.Gateway.Transcoding;

/// <summary>
/// The REST face of every rpc that has a <c>google.api.http</c> rule: finds the binding of a request, makes the message,
/// calls the service and writes its answer. There is no code per rpc.
/// </summary>
internal sealed class Transcoder(
    RouteTable routes, IUpstreams upstreams, IOptions<TranscodingOptions> settings, TimeProvider time, GatewayMetrics metrics)
{
    private readonly TranscodingOptions _options = settings.Value;

    /// <summary>False when no rule has this path.</summary>
    public async Task<bool> TryServe(HttpContext context)
    {
        var match = routes.Match(context.Request.Method, RawPath(context));
        if (match.Binding is { } binding)
        {
            var code = await Serve(context, match, binding);
            metrics.Called(binding.Rpc, code);
            return true;
        }

        if (match.Allowed.Count == 0)
            return false;
        context.Response.Headers.Allow = string.Join(", ", match.Allowed);
        await context.WriteProblem(Problem.MethodNotAllowed(context.Request.Method, match.Allowed));
        return true;
    }

    // The path as it came: in Request.Path an encoded colon or letter is decoded already.
    internal static string RawPath(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (target is null || !target.StartsWith('/'))
            return context.Request.Path.ToUriComponent();
        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }

    private async Task<StatusCode> Serve(HttpContext context, RouteMatch match, Binding binding)
    {
        try
        {
            if (!RequestTimeout.TryRead(context.Request.Headers, out var timeout, out var unread))
                return await Refuse(context, Problem.OfFields([unread]));
            var call = new Call(binding, upstreams.InvokerOf(binding.Rpc.Service), Options(context, binding, timeout));
            if (binding.Rpc.IsClientStreaming)
                return await ServeClientStream(context, match, call);
            var (message, problem) = await ReadMessage(context, match, binding);
            if (problem is not null)
                return await Refuse(context, problem);
            return binding.Rpc.IsServerStreaming
                ? await ServeServerStream(context, call, message!)
                : await ServeUnary(context, call, message!);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            context.Response.StatusCode = context.Response.HasStarted ? context.Response.StatusCode : StatusMap.ClientClosedRequest;
            return StatusCode.Cancelled;
        }
        catch (BadHttpRequestException e)
        {
            return await Refuse(context, new Problem { Status = e.StatusCode, Reason = "MALFORMED_REQUEST", Detail = e.Message });
        }
        catch (RpcException e)
        {
            await context.WriteProblem(RpcProblem.Of(e));
            return e.StatusCode;
        }
    }

    private async Task<(IMessage? Message, Problem? Problem)> ReadMessage(HttpContext context, RouteMatch match, Binding binding)
    {
        byte[] body = [];
        if (binding.TakesBody)
        {
            var (read, tooLarge) = await BodyReader.ReadAll(context.Request, _options.MaxBodyBytes, context.RequestAborted);
            if (tooLarge is not null)
                return (null, tooLarge);
            body = read!;
            if (body.Length > 0 && !BodyReader.IsJson(context.Request.ContentType))
                return (null, Problem.UnsupportedMediaType(context.Request.ContentType, "application/json"));
        }

        var problems = new List<FieldProblem>();
        var message = RequestBinder.Bind(match, context.Request.QueryString.Value, body, _options.MaxJsonDepth, problems);
        return problems.Count > 0 ? (null, Problem.OfFields(problems)) : (message, null);
    }

    private static async Task<StatusCode> ServeUnary(HttpContext context, Call call, IMessage message)
    {
        using var answer = call.Invoker.AsyncUnaryCall(DynamicMethod.Of(call.Binding.Rpc), host: null, call.Options, message);
        await WriteMessage(context, call.Binding, await answer.ResponseAsync);
        return StatusCode.OK;
    }

    private async Task<StatusCode> ServeServerStream(HttpContext context, Call call, IMessage message)
    {
        using var answer = call.Invoker.AsyncServerStreamingCall(DynamicMethod.Of(call.Binding.Rpc), host: null, call.Options, message);
        return await new StreamAnswer(context, call.Binding, _options, time).Copy(answer.ResponseStream);
    }

    private async Task<StatusCode> ServeClientStream(HttpContext context, RouteMatch match, Call call)
    {
        var contentType = context.Request.ContentType;
        if (!BodyReader.IsJson(contentType) && contentType?.StartsWith(StreamFormat.NdjsonType, StringComparison.OrdinalIgnoreCase) != true)
            return await Refuse(context, Problem.UnsupportedMediaType(contentType, StreamFormat.NdjsonType));
        return await new ClientStream(context, match, _options, time).Serve(call);
    }

    internal static async Task WriteMessage(HttpContext context, Binding binding, IMessage message)
    {
        var json = MessageJson.ToUtf8(message, binding.ResponseField);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await context.Response.Body.WriteAsync(json, context.RequestAborted);
    }

    private static async Task<StatusCode> Refuse(HttpContext context, Problem problem)
    {
        await context.WriteProblem(problem);
        return StatusCode.InvalidArgument;
    }

    private CallOptions Options(HttpContext context, Binding binding, TimeSpan? timeout)
    {
        var isStream = binding.Rpc.IsServerStreaming || binding.Rpc.IsClientStreaming;
        var bound = isStream ? timeout : timeout ?? _options.DefaultTimeout;
        if (!isStream && bound > _options.MaxTimeout)
            bound = _options.MaxTimeout;
        var deadline = bound is { } wait ? time.GetUtcNow().UtcDateTime + wait : (DateTime?)null;
        return new CallOptions(ForwardedHeaders.From(context.Request.Headers), deadline, context.RequestAborted);
    }
}

/// <summary>A call about to be made.</summary>
internal sealed record Call(Binding Binding, CallInvoker Invoker, CallOptions Options);

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Pylon.Transcoding.Fields;
using Pylon.Transcoding.Json;
using Pylon.Transcoding.Problems;
using Pylon.Transcoding.Requests;
using Pylon.Transcoding.Routing;

namespace Pylon.Transcoding.Calls;

/// <summary>
/// The REST API of every rpc that has a <c>google.api.http</c> rule: finds the binding of a request, makes the message,
/// calls the service and writes its answer.
/// </summary>
internal sealed class Transcoder(
    RouteTable routes, IUpstreams upstreams, MessageJson json, IOptions<TranscodingOptions> settings, TimeProvider time)
{
    private readonly TranscodingOptions _options = settings.Value;
    private readonly RequestBinder _binder = new(json, settings.Value.MaxJsonDepth);

    /// <summary>False when no rule has this path.</summary>
    public async Task<bool> TryServeAsync(HttpContext context, Action<MethodDescriptor, StatusCode>? called, Func<HttpContext, MethodDescriptor, Problem?>? refuse)
    {
        var match = routes.Match(context.Request.Method, RawPath(context));
        if (match.Binding is { } binding)
        {
            if (refuse?.Invoke(context, binding.Rpc) is { } refusal)
            {
                await context.WriteProblemAsync(refusal);
                return true;
            }

            var code = await ServeAsync(context, match, binding);
            called?.Invoke(binding.Rpc, code);
            return true;
        }

        if (match.Allowed.Count == 0)
            return false;
        context.Response.Headers.Allow = string.Join(", ", match.Allowed);
        await context.WriteProblemAsync(Problem.MethodNotAllowed(context.Request.Method, match.Allowed));
        return true;
    }

    // In Request.Path an encoded colon or letter is decoded already.
    private static string RawPath(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (target is null || !target.StartsWith('/'))
            return context.Request.Path.ToUriComponent();
        var query = target.IndexOf('?');
        return query < 0 ? target : target[..query];
    }

    private async Task<StatusCode> ServeAsync(HttpContext context, RouteMatch match, Binding binding)
    {
        try
        {
            if (!RequestTimeout.TryRead(context.Request.Headers, out var timeout, out var unread))
                return await RefuseAsync(context, Problem.OfFields([unread]));
            var call = new Call(binding, upstreams.InvokerOf(binding.Rpc.Service), Options(context, binding, timeout));
            if (binding.Rpc.IsClientStreaming)
                return await ServeClientStreamAsync(context, call);
            var (message, problem) = await ReadMessageAsync(context, match, binding);
            if (problem is not null)
                return await RefuseAsync(context, problem);
            return binding.Rpc.IsServerStreaming
                ? await ServeServerStreamAsync(context, call, message!)
                : await ServeUnaryAsync(context, call, message!);
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException)
        {
            context.Response.StatusCode = context.Response.HasStarted ? context.Response.StatusCode : StatusMap.ClientClosedRequest;
            return StatusCode.Cancelled;
        }
        catch (BadHttpRequestException e)
        {
            return await RefuseAsync(context, new Problem { Status = e.StatusCode, Reason = "MALFORMED_REQUEST", Detail = e.Message });
        }
        catch (RpcException e)
        {
            await context.WriteProblemAsync(RpcProblem.Of(e));
            return e.StatusCode;
        }
    }

    private async Task<(IMessage? Message, Problem? Problem)> ReadMessageAsync(HttpContext context, RouteMatch match, Binding binding)
    {
        byte[] body = [];
        if (binding.TakesBody)
        {
            var (read, tooLarge) = await BodyReader.ReadAllAsync(context.Request, _options.MaxBodyBytes, context.RequestAborted);
            if (tooLarge is not null)
                return (null, tooLarge);
            body = read!;
            if (body.Length > 0 && !BodyReader.IsJson(context.Request.ContentType))
                return (null, Problem.UnsupportedMediaType(context.Request.ContentType, "application/json"));
        }

        var problems = new List<FieldProblem>();
        var message = _binder.Bind(match, context.Request.QueryString.Value, body, problems);
        return problems.Count > 0 ? (null, Problem.OfFields(problems)) : (message, null);
    }

    private async Task<StatusCode> ServeUnaryAsync(HttpContext context, Call call, IMessage message)
    {
        using var answer = call.Invoker.AsyncUnaryCall(DynamicMethod.Of(call.Binding.Rpc), host: null, call.Options, message);
        await UnaryAnswer.WriteAsync(context, call.Binding, json, await answer.ResponseAsync);
        return StatusCode.OK;
    }

    private async Task<StatusCode> ServeServerStreamAsync(HttpContext context, Call call, IMessage message)
    {
        using var answer = call.Invoker.AsyncServerStreamingCall(DynamicMethod.Of(call.Binding.Rpc), host: null, call.Options, message);
        return await new StreamAnswer(context, call.Binding, json, _options, time).CopyAsync(answer.ResponseStream);
    }

    private async Task<StatusCode> ServeClientStreamAsync(HttpContext context, Call call)
    {
        var contentType = context.Request.ContentType;
        if (!BodyReader.IsJson(contentType) && contentType?.StartsWith(StreamFormat.NdjsonType, StringComparison.OrdinalIgnoreCase) != true)
            return await RefuseAsync(context, Problem.UnsupportedMediaType(contentType, StreamFormat.NdjsonType));
        // The lines of the body are whole messages.
        var problems = new List<FieldProblem>();
        QueryReader.Read(Messages.New(call.Binding.Rpc.InputType), context.Request.QueryString.Value, _ => true, problems);
        if (problems.Count > 0)
            return await RefuseAsync(context, Problem.OfFields(problems));
        return await new ClientStream(context, _binder, json, _options, time).ServeAsync(call);
    }

    private static async Task<StatusCode> RefuseAsync(HttpContext context, Problem problem)
    {
        await context.WriteProblemAsync(problem);
        return StatusCode.InvalidArgument;
    }

    private CallOptions Options(HttpContext context, Binding binding, TimeSpan? timeout)
    {
        var isStream = binding.Rpc.IsServerStreaming || binding.Rpc.IsClientStreaming;
        var bound = isStream ? timeout : timeout ?? _options.DefaultTimeout;
        if (!isStream && bound > _options.MaxTimeout)
            bound = _options.MaxTimeout;
        var now = time.GetUtcNow().UtcDateTime;
        // A stream may be given more time than the calendar has.
        var deadline = bound is { } wait && wait < DateTime.MaxValue - now ? now + wait : (DateTime?)null;
        return new CallOptions(ForwardedHeaders.From(context.Request.Headers), deadline, context.RequestAborted);
    }
}

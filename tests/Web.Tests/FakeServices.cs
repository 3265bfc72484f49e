using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Pylon.Transcoding.Calls;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Web.Tests;

/// <summary>Answers calls in this process, by the type of the request. What has no answer is a service that is away.</summary>
internal sealed class FakeServices : CallInvoker, IUpstreams
{
    private readonly ConcurrentDictionary<Type, Func<IMessage, IMessage>> _answers = [];

    /// <summary>In the order of their arrival.</summary>
    public ConcurrentQueue<IMessage> Received { get; } = [];

    public void On<TRequest, TResponse>(Func<TRequest, TResponse> answer)
        where TRequest : IMessage
        where TResponse : IMessage => _answers[typeof(TRequest)] = request => answer((TRequest)request);

    public void Refuse<TRequest>(StatusCode code, string detail)
        where TRequest : IMessage => _answers[typeof(TRequest)] = _ => throw new RpcException(new Status(code, detail));

    public T Single<T>()
        where T : IMessage => Assert.Single(Received.OfType<T>());

    public CallInvoker InvokerOf(ServiceDescriptor service) => this;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request)
    {
        Assert.NotNull(options.Deadline);
        return new(AnswerAsync<TResponse>((IMessage)request), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    private async Task<TResponse> AnswerAsync<TResponse>(IMessage request)
    {
        Received.Enqueue(request);
        await Task.Yield();
        return _answers.TryGetValue(request.GetType(), out var answer)
            ? (TResponse)answer(request)
            : throw new RpcException(new Status(StatusCode.Unavailable, "connection refused"));
    }
}

using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Pylon.Gateway.Contracts;
using Pylon.Transcoding.Calls;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Gateway.Tests.OpenApi;

/// <summary>Services that take every request and answer with any message.</summary>
internal sealed class AnyUpstreams(AnyMessage messages) : CallInvoker, IUpstreams
{
    private static readonly Dictionary<string, MethodDescriptor> Rpcs = Contract.Services.SelectMany(service => service.Methods).ToDictionary(rpc => $"/{rpc.Service.FullName}/{rpc.Name}", StringComparer.Ordinal);

    public CallInvoker InvokerOf(ServiceDescriptor service) => this;

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(Task.FromResult(Any(method)), Headers, Ok, None, Nothing);

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(new Some<TResponse>([Any(method), Any(method)]), Headers, Ok, None, Nothing);

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        new(new Taken<TRequest>(), Task.FromResult(Any(method)), Headers, Ok, None, Nothing);

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) =>
        new(new Taken<TRequest>(), new Some<TResponse>([Any(method)]), Headers, Ok, None, Nothing);

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => Any(method);

    private static Task<Metadata> Headers => Task.FromResult(new Metadata());

    private static Status Ok() => Status.DefaultSuccess;

    private static Metadata None() => [];

    private static void Nothing()
    {
    }

    private TResponse Any<TRequest, TResponse>(Method<TRequest, TResponse> method) => (TResponse)messages.Of(Rpcs[method.FullName].OutputType);

    private sealed class Some<T>(IEnumerable<T> all) : IAsyncStreamReader<T>
    {
        private readonly IEnumerator<T> _each = all.GetEnumerator();

        public T Current => _each.Current;

        public Task<bool> MoveNext(CancellationToken cancellationToken) => Task.FromResult(_each.MoveNext());
    }

    private sealed class Taken<T> : IClientStreamWriter<T>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task CompleteAsync() => Task.CompletedTask;

        public Task WriteAsync(T message) => Task.CompletedTask;

        public Task WriteAsync(T message, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

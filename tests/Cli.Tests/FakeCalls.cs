using System.Collections.Concurrent;
using Grpc.Core;

namespace Pylon.Cli.Tests;

/// <summary>The services, without a network: each call has the answer that the test gives for its method, else an empty one.</summary>
internal sealed class FakeCalls : CallInvoker
{
    private readonly ConcurrentDictionary<string, Func<object, CallOptions, IEnumerable<object>>> _answers = new(StringComparer.Ordinal);

    /// <summary>The requests in the order in which they came; a stream is a list.</summary>
    public ConcurrentQueue<(string Method, object Request)> Requests { get; } = [];

    public FakeCalls On<TRequest>(string method, Func<TRequest, object> answer)
    {
        _answers[method] = (request, _) => [answer((TRequest)request)];
        return this;
    }

    public FakeCalls On(string method, object answer) => On<object>(method, _ => answer);

    public FakeCalls OnStream(string method, params IEnumerable<object> answers)
    {
        _answers[method] = (_, _) => answers;
        return this;
    }

    public FakeCalls Fails(string method, RpcException error)
    {
        _answers[method] = (_, _) => throw error;
        return this;
    }

    /// <summary>Every call fails.</summary>
    public RpcException? Failure { get; set; }

    public static RpcException Error(StatusCode code, string message = "no") => new(new Status(code, message));

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(AnswerAsync<TRequest, TResponse>(method, request, options), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) =>
        new(new Reader<TResponse>(Answers<TRequest, TResponse>(method, request, options).GetEnumerator(), options.CancellationToken), Task.FromResult(new Metadata { { "pylon-position", "0" } }), () => Status.DefaultSuccess, () => [], () => { });

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        var sent = new Writer<TRequest>();
        return new(sent, AnswerAsync(), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        async Task<TResponse> AnswerAsync()
        {
            await sent.Completed;
            return await this.AnswerAsync<List<TRequest>, TResponse>(method, sent.Messages, options);
        }
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw new NotSupportedException();

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(Method<TRequest, TResponse> method, string? host, CallOptions options) => throw new NotSupportedException();

    private async Task<TResponse> AnswerAsync<TRequest, TResponse>(IMethod method, TRequest request, CallOptions options)
    {
        await Task.Yield();
        return Answers<TRequest, TResponse>(method, request, options).First();
    }

    private IEnumerable<TResponse> Answers<TRequest, TResponse>(IMethod method, TRequest request, CallOptions options)
    {
        Requests.Enqueue((method.Name, request!));
        if (Failure is { } failure)
            throw failure;
        if (_answers.TryGetValue(method.Name, out var answer))
            return answer(request!, options).Cast<TResponse>();
        return method.Type == MethodType.ServerStreaming ? [] : [Activator.CreateInstance<TResponse>()];
    }

    private sealed class Reader<T>(IEnumerator<T> items, CancellationToken stop) : IAsyncStreamReader<T>
    {
        public T Current => items.Current;

        public Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            stop.ThrowIfCancellationRequested();
            return Task.FromResult(items.MoveNext());
        }
    }

    private sealed class Writer<T> : IClientStreamWriter<T>
    {
        private readonly TaskCompletionSource _completed = new();

        public Task Completed => _completed.Task;

        public List<T> Messages { get; } = [];

        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(T message)
        {
            Messages.Add(message);
            return Task.CompletedTask;
        }

        public Task WriteAsync(T message, CancellationToken cancellationToken) => WriteAsync(message);

        public Task CompleteAsync()
        {
            _completed.SetResult();
            return Task.CompletedTask;
        }
    }
}

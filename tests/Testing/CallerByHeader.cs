using Grpc.AspNetCore.Server;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Access;

namespace Pylon.Testing;

/// <summary>
/// A test's calls come from the operator of their header <c>x-test-operator</c>, with every scope but admin; those without it from the
/// caller that the service takes.
/// </summary>
public sealed class CallerByHeader : Interceptor
{
    private const string Header = "x-test-operator";

    /// <summary>The metadata of a call of an operator.</summary>
    public static Metadata Of(Guid operatorId) => new() { { Header, operatorId.ToString() } };

    /// <summary>Runs it after all interceptors of the service.</summary>
    public static void Add(IServiceCollection services) => services.PostConfigure<GrpcServiceOptions>(options => options.Interceptors.Add<CallerByHeader>());

    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) => continuation(request, Called(context));

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(requestStream, Called(context));

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(request, responseStream, Called(context));

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context, DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        continuation(requestStream, responseStream, Called(context));

    private static ServerCallContext Called(ServerCallContext context)
    {
        if (context.RequestHeaders.GetValue(Header) is { } id)
            context.SetCaller(new Caller("a test", Guid.Parse(id), Scope.All.Where(scope => scope != Scope.Admin).ToHashSet()));
        return context;
    }
}

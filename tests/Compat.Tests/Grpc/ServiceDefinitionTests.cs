using Grpc.Core;
using Xunit;

namespace Pylon.Compat.Tests;

public sealed class ServiceDefinitionTests
{
    [Fact]
    public void DefinitionReplaysItsMethods()
    {
        var binder = new RecordingBinder();

        Echo.BindService(new EchoService(new())).BindService(binder);

        Assert.Equal(["Unary Say", "ClientStreaming Collect", "ServerStreaming Spread", "DuplexStreaming Chat"], binder.Seen);
    }

    [Fact]
    public void AMethodMayComeOnce()
    {
        var method = new Method<string, string>(
            MethodType.Unary, "pkg.Service", "Do", Marshallers.StringMarshaller, Marshallers.StringMarshaller);
        UnaryServerMethod<string, string> handler = (request, _) => Task.FromResult(request);
        var builder = ServerServiceDefinition.CreateBuilder().AddMethod(method, handler);

        Assert.Throws<ArgumentException>(() => builder.AddMethod(method, handler));
    }

    [Fact]
    public void ClientWithoutAChannelIsForOverriding() =>
        Assert.Throws<NotImplementedException>(() => new Double().Say(new EchoMessage()));

    private sealed class Double : Echo.EchoClient;

    private sealed class RecordingBinder : ServiceBinderBase
    {
        public List<string> Seen { get; } = [];

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) => Record(method);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) => Record(method);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) => Record(method);

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) => Record(method);

        private void Record(IMethod method) => Seen.Add($"{method.Type} {method.Name}");
    }
}

using Grpc.Core;

namespace Pylon.Compat.Tests;

internal sealed class EchoService(EchoScript script) : Echo.EchoBase
{
    public override Task<EchoMessage> Say(EchoMessage request, ServerCallContext context) => script.Say(request, context);

    public override Task<EchoMessage> Collect(IAsyncStreamReader<EchoMessage> requestStream, ServerCallContext context) =>
        script.Collect(requestStream, context);

    public override Task Spread(
        EchoMessage request, IServerStreamWriter<EchoMessage> responseStream, ServerCallContext context) =>
        script.Spread(request, responseStream, context);

    public override Task Chat(
        IAsyncStreamReader<EchoMessage> requestStream,
        IServerStreamWriter<EchoMessage> responseStream,
        ServerCallContext context) => script.Chat(requestStream, responseStream, context);
}

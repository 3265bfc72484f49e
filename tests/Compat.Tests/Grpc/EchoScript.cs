using Grpc.Core;

namespace Pylon.Compat.Tests;

/// <summary>What the service of one test does; where a test says nothing, it echoes.</summary>
internal sealed class EchoScript
{
    public UnaryServerMethod<EchoMessage, EchoMessage> Say { get; init; } = (request, _) => Task.FromResult(request);

    public ClientStreamingServerMethod<EchoMessage, EchoMessage> Collect { get; init; } = async (requests, context) =>
    {
        var texts = new List<string>();
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
            texts.Add(request.Text);
        return new EchoMessage { Text = string.Join(' ', texts) };
    };

    public ServerStreamingServerMethod<EchoMessage, EchoMessage> Spread { get; init; } = async (request, responses, context) =>
    {
        foreach (var word in request.Text.Split(' '))
            await responses.WriteAsync(new EchoMessage { Text = word }, context.CancellationToken);
    };

    public DuplexStreamingServerMethod<EchoMessage, EchoMessage> Chat { get; init; } = async (requests, responses, _) =>
    {
        while (await requests.MoveNext())
            await responses.WriteAsync(requests.Current);
    };
}

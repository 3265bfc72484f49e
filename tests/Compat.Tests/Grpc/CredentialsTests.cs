using Grpc.Core;
using Xunit;

namespace Pylon.Compat.Tests;

public sealed class CredentialsTests
{
    private static readonly EchoScript AnswersWithCredentials = new()
    {
        Say = (_, context) => Task.FromResult(new EchoMessage
        {
            Text = string.Join(' ', new[] { "authorization", "api-key" }.Select(context.RequestHeaders.GetValue)).Trim(),
        }),
    };

    [Fact]
    public async Task CredentialsOfTheChannelGoWithEachCall()
    {
        await using var host = await EchoHost.Start(AnswersWithCredentials);
        AuthInterceptorContext? asked = null;
        var token = CallCredentials.FromInterceptor((context, metadata) =>
        {
            asked = context;
            metadata.Add("authorization", "Bearer abc");
            return Task.CompletedTask;
        });
        var client = new Echo.EchoClient(host.Channel(channel =>
        {
            channel.Credentials = ChannelCredentials.Create(ChannelCredentials.Insecure, token);
            channel.UnsafeUseInsecureChannelCallCredentials = true;
        }));

        var answer = await client.SayAsync(new EchoMessage());

        Assert.Equal("Bearer abc", answer.Text);
        Assert.Equal("Say", asked?.MethodName);
        Assert.EndsWith("/pylon.compat.tests.Echo", asked?.ServiceUrl, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CredentialsOfACallAreComposed()
    {
        await using var host = await EchoHost.Start(AnswersWithCredentials);
        var client = new Echo.EchoClient(host.Channel(channel => channel.UnsafeUseInsecureChannelCallCredentials = true));
        var both = CallCredentials.Compose(Header("authorization", "Bearer abc"), Header("api-key", "k1"));

        var answer = await client.SayAsync(new EchoMessage(), new CallOptions(credentials: both));

        Assert.Equal("Bearer abc k1", answer.Text);
    }

    [Fact]
    public async Task CredentialsThatFailFailTheCall()
    {
        await using var host = await EchoHost.Start(AnswersWithCredentials);
        var client = new Echo.EchoClient(host.Channel(channel => channel.UnsafeUseInsecureChannelCallCredentials = true));
        var broken = CallCredentials.FromInterceptor((_, _) => Task.FromException(new InvalidOperationException("no token")));

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await client.SayAsync(new EchoMessage(), new CallOptions(credentials: broken)));

        Assert.Equal(StatusCode.Internal, failure.StatusCode);
        Assert.Equal("no token", failure.Status.DebugException?.Message);
    }

    [Fact]
    public async Task WithoutTheOptionAnInsecureChannelRefusesCredentials()
    {
        await using var host = await EchoHost.Start(AnswersWithCredentials);

        Assert.Throws<InvalidOperationException>(() => host.Channel(channel => channel.Credentials =
            ChannelCredentials.Create(ChannelCredentials.Insecure, Header("authorization", "Bearer abc"))));
    }

    [Fact]
    public void ACompositionTakesTwo() =>
        Assert.Throws<ArgumentException>(() => CallCredentials.Compose(Header("api-key", "k1")));

    private static CallCredentials Header(string key, string value) => CallCredentials.FromInterceptor((_, metadata) =>
    {
        metadata.Add(key, value);
        return Task.CompletedTask;
    });
}

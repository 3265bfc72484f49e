using System.Net;
using System.Net.Sockets;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;

namespace Pylon.LocalStack.Tests;

public sealed class PrivateRedisTests
{
    [Fact]
    public async Task AcknowledgedWritesSurviveSigkill()
    {
        await using var server = await PrivateRedis.StartThrowawayAsync();
        Assert.Equal("+OK", await AskAsync(server, "SET kept 42"));

        await server.KillAsync();
        Assert.False(server.IsRunning);
        await server.StartAgainAsync();

        Assert.Equal("$2", await AskAsync(server, "GET kept"));
    }

    [Fact]
    public async Task TwoServersRunSideBySide()
    {
        await using var one = await PrivateRedis.StartThrowawayAsync();
        await using var other = await PrivateRedis.StartThrowawayAsync();

        Assert.Equal("+OK", await AskAsync(one, "SET mine 1"));
        Assert.Equal("$-1", await AskAsync(other, "GET mine"));
    }

    [Fact]
    public async Task FailedStartNamesTheProcessTheReasonAndTheLog()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var directory = Directory.CreateTempSubdirectory("pylon-stack-tests-");
        var log = Path.Combine(directory.FullName, "redis.log");
        var options = new PrivateServerOptions(Path.Combine(directory.FullName, "data"), log, ((IPEndPoint)busy.LocalEndpoint).Port) { Throwaway = true };

        var failure = await Assert.ThrowsAsync<StackException>(() => PrivateRedis.StartAsync(options));

        Assert.StartsWith("redis did not start: it exited with code 1", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Address already in use", failure.Message, StringComparison.Ordinal);
        Assert.Contains(log, failure.Message, StringComparison.Ordinal);
        directory.Delete(recursive: true);
    }

    private static async Task<string?> AskAsync(PrivateRedis server, string command)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        using var reader = new StreamReader(stream);
        return await reader.ReadLineAsync();
    }
}

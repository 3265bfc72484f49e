using System.Net;
using System.Net.Sockets;
using System.Text;
using Pylon.Cli.Commands;

namespace Pylon.Cli.Tests;

public sealed class UpCommandTests
{
    [Theory]
    [InlineData("503 Service Unavailable", """{"detail": "The database is unreachable", "reason": "DATABASE_UNAVAILABLE"}""", "The database is unreachable (DATABASE_UNAVAILABLE)")]
    [InlineData("200 OK", "no JSON", "is an invalid JSON literal")]
    [InlineData("200 OK", """{"workload": {"id": "7c9e6679", "status": "WORKLOAD_STATUS_FAILED", "failure_reason": "no provider"}}""", "workload 7c9e6679 is failed: no provider")]
    public async Task FirstWorkloadThatFailsIsAReasonAndDoesNotEndTheStack(string status, string body, string expected)
    {
        using var gateway = new TcpListener(IPAddress.Loopback, 0);
        gateway.Start();
        _ = AnswerAsync(gateway, $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");

        var failure = await UpCommand.FailureOfFlowAsync($"http://{gateway.LocalEndpoint}", CancellationToken.None);

        Assert.Contains(expected, failure, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StackThatIsStoppedMeanwhileIsNotAFailure() => await Assert.ThrowsAnyAsync<OperationCanceledException>(
        () => UpCommand.FailureOfFlowAsync("http://127.0.0.1:9", new CancellationToken(canceled: true)));

    private static async Task AnswerAsync(TcpListener listener, string answer)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                var stream = client.GetStream();
                var request = "";
                var buffer = new byte[4096];
                // The body too: a connection that is closed with unread bytes is reset.
                while (!request.Contains("\r\n\r\n", StringComparison.Ordinal) || (request.StartsWith("POST", StringComparison.Ordinal) && !request.TrimEnd('0', '\r', '\n').EndsWith('}')))
                    request += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer));
                await stream.WriteAsync(Encoding.ASCII.GetBytes(answer));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // the test has ended
        }
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Pylon.Gateway.Tests;

/// <summary>What is refused before an endpoint is found, byte by byte: docs/operations.md lists what has no problem body.</summary>
public sealed class ServerRefusalTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    public static TheoryData<string, int, string> Answered => new()
    {
        { $"GET /{new string('a', 9000)} HTTP/1.1\r\nHost: h\r\n\r\n", 414, "URI_TOO_LONG" },
        { $"GET /api/v1/workloads?page_token={new string('a', 30_000)} HTTP/1.1\r\nHost: h\r\n\r\n", 414, "URI_TOO_LONG" },
        { $"GET /health HTTP/1.1\r\nHost: h\r\nX-Long: {new string('a', 33_000)}\r\n\r\n", 431, "HEADERS_TOO_LARGE" },
        { $"GET /health HTTP/1.1\r\nHost: h\r\n{string.Concat(Enumerable.Range(0, 150).Select(n => $"X-{n}: a\r\n"))}\r\n", 431, "HEADERS_TOO_LARGE" },
        { "POST /beckn/on_select HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-chunk\r\n", 400, "MALFORMED_REQUEST" },
        { "POST /api/v1/workloads HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-chunk\r\n", 400, "MALFORMED_REQUEST" },
        { "POST /pylon.orchestrator.v1.WorkloadService/GetWorkload HTTP/1.1\r\nHost: h\r\nContent-Type: application/grpc-web-text\r\nTransfer-Encoding: chunked\r\n\r\nnot-a-chunk\r\n", 400, "MALFORMED_REQUEST" },
        { "DELETE / HTTP/1.1\r\nHost: h\r\n\r\n", 405, "METHOD_NOT_ALLOWED" },
        { "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 405, "METHOD_NOT_ALLOWED" },
        { "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n", 404, "PATH_NOT_FOUND" },
    };

    public static TheoryData<string, int> Bare => new()
    {
        { "NONSENSE\r\n\r\n", 400 },
        { "GET /health HTTP/1.1\r\n\r\n", 400 },
        { "GET /health HTTP/1.1\r\nHost: h\r\nno colon\r\n\r\n", 400 },
        { "GET /health HTTP/9.9\r\nHost: h\r\n\r\n", 505 },
        { "GET h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n", 405 },
        { "GET * HTTP/1.1\r\nHost: h\r\n\r\n", 405 },
        { $"GET /{new string('a', 40_000)} HTTP/1.1\r\nHost: h\r\n\r\n", 414 },
        { $"GET /health HTTP/1.1\r\nHost: h\r\nX-Long: {new string('a', 140_000)}\r\n\r\n", 431 },
    };

    [Theory]
    [MemberData(nameof(Answered), DisableDiscoveryEnumeration = true)]
    public async Task RefusalHasAProblem(string request, int status, string reason)
    {
        var (head, body) = await SendAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/problem+json", head, StringComparison.Ordinal);
        var problem = JsonDocument.Parse(body).RootElement;
        Assert.Equal((status, reason), (problem.GetProperty("status").GetInt32(), problem.GetProperty("reason").GetString()));
    }

    // Kestrel ends these before it makes a request of them: nothing of ours runs. Listed in docs/operations.md.
    [Theory]
    [MemberData(nameof(Bare), DisableDiscoveryEnumeration = true)]
    public async Task WhatIsNoRequestHasAStatusAndNoBody(string request, int status)
    {
        var (head, body) = await SendAsync(request);

        Assert.StartsWith($"HTTP/1.1 {status} ", head, StringComparison.Ordinal);
        Assert.Equal("", body);
    }

    private async Task<(string Head, string Body)> SendAsync(string request)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        var address = fixture.Gateway.Http.BaseAddress!;
        await client.ConnectAsync(IPAddress.Loopback, address.Port, limit.Token);
        var stream = client.GetStream();
        // A refused request may be answered before all of it is read.
        var sending = stream.WriteAsync(Encoding.ASCII.GetBytes(request), limit.Token).AsTask();
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while (!IsComplete(answer.ToString()) && await ReadAsync(stream, buffer, limit.Token) is > 0 and var length)
            answer.Append(Encoding.ASCII.GetString(buffer, 0, length));
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var text = answer.ToString();
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return end < 0 ? (text, "") : (text[..end], text[(end + 4)..]);
    }

    // With the rest of the request unread the connection may be reset after the answer.
    private static async Task<int> ReadAsync(NetworkStream stream, byte[] buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(buffer, cancellationToken);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    private static bool IsComplete(string answer)
    {
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0)
            return false;
        if (answer[..end].Contains("Transfer-Encoding: chunked", StringComparison.Ordinal))
            return answer.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
        var length = answer[..end].Split("\r\n").FirstOrDefault(line => line.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        return length is not null && answer.Length - end - 4 >= int.Parse(length["Content-Length: ".Length..]);
    }
}

using System.Net;
using System.Text;
using System.Text.Json;
using Pylon.Signing;

namespace Pylon.Gateway.Tests;

/// <summary>With a registry, a callback that cannot have a good signature is refused before its body is read.</summary>
public sealed class SignedWebhookTests : IAsyncLifetime, IDisposable
{
    private static readonly byte[] Body = "{\"context\":{}}"u8.ToArray();

    private readonly SigningKey _key = SigningKey.Create();
    private TestGateway _gateway = null!;

    public async Task InitializeAsync() => _gateway = await TestGateway.StartAsync("--BECKN_REGISTRY_URL=http://registry.example", "--BAP_ID=pylon.example");

    public async Task DisposeAsync() => await _gateway.DisposeAsync();

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task HeadersGoToTheOrchestratorAsTheyCame()
    {
        var (provider, network) = (Sign(0, 100), Sign(0, 200));
        using var answer = await SendAsync(Body, [provider], [network]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var callback = Assert.Single(_gateway.Fakes.Callbacks);
        Assert.Equal([provider], callback.Authorization);
        Assert.Equal([network], callback.GatewayAuthorization);
        Assert.Equal(Body, callback.Body.ToByteArray());
    }

    public static TheoryData<string, string[]> Refused { get; } = new()
    {
        { "SIGNATURE_MISSING", [] },
        { "SIGNATURE_MALFORMED", ["Basic dXNlcjpwYXNz"] },
        { "SIGNATURE_MALFORMED", ["0+100", "0+100"] },
        { "SIGNATURE_OUT_OF_TIME", ["60+100"] },
        { "SIGNATURE_OUT_OF_TIME", ["-100+50"] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task WhatCannotBeGoodIsRefusedWithoutItsBody(string code, string[] authorization)
    {
        using var answer = await SendAsync(Body, [.. authorization.Select(text => text.Split('+') is [var from, var seconds] ? Sign(int.Parse(from), int.Parse(seconds)) : text)], []);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Signature realm=\"pylon.example\",headers=\"(created) (expires) digest\"", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal(code, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("code").GetString());
        Assert.Empty(_gateway.Fakes.Callbacks);
    }

    [Fact]
    public async Task OtherRoutesNeedNoSignature() => Assert.Equal(HttpStatusCode.NotFound, (await _gateway.Http.PostAsync("/beckn/on_nothing", new StringContent("{}"))).StatusCode);

    private string Sign(int from, int seconds)
    {
        var created = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + from;
        return _key.Sign(new SignerId("bpp.example", "k1"), created, created + seconds, Body).ToString();
    }

    private async Task<HttpResponseMessage> SendAsync(byte[] body, IReadOnlyList<string> authorization, IReadOnlyList<string> network)
    {
        // Two headers of one name, which a client of .NET would put into one: written by hand.
        var address = _gateway.Http.BaseAddress!;
        using var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port);
        var head = new StringBuilder($"POST /beckn/on_select HTTP/1.1\r\nHost: {address.Authority}\r\nConnection: close\r\nContent-Length: {body.Length}\r\n");
        foreach (var value in authorization)
            head.Append($"Authorization: {value}\r\n");
        foreach (var value in network)
            head.Append($"X-Gateway-Authorization: {value}\r\n");
        var stream = tcp.GetStream();
        await stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes($"{head}\r\n"), .. body]);
        using var reader = new StreamReader(stream);
        var lines = (await reader.ReadToEndAsync()).Split("\r\n");
        var answer = new HttpResponseMessage((HttpStatusCode)int.Parse(lines[0].Split(' ')[1]));
        foreach (var line in lines.Where(line => line.StartsWith("WWW-Authenticate: ", StringComparison.Ordinal)))
            answer.Headers.TryAddWithoutValidation("WWW-Authenticate", line["WWW-Authenticate: ".Length..]);
        answer.Content = new StringContent(lines.FirstOrDefault(line => line.StartsWith('{')) ?? "");
        return answer;
    }
}

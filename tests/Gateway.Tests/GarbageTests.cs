using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Pylon.Gateway.Contracts;
using Pylon.Testing.V1;
using Pylon.Transcoding.Routing;

namespace Pylon.Gateway.Tests;

/// <summary>Whatever a caller sends to any path of the contract, it is never answered by 500 (random with a fixed seed).</summary>
public sealed class GarbageTests : IAsyncLifetime
{
    private const int PerBinding = 40;

    private static readonly string[] Texts =
    [
        "", " ", "x", "0", "-1", "1e400", "NaN", "-Infinity", "99999999999999999999", "9223372036854775807", "-9223372036854775808", "2147483648",
        "9999-12-31T23:59:59Z", "9999-12-31T23:59:59.999999999-23:59", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+23:59", "10000-01-01T00:00:00Z", "2026-02-30T00:00:00Z",
        "315576000000s", "-315576000001s", "1.9999999999s", "a,b", "a.b.c", "\u0000", "\ud83d\ude00", "\u202e", "'; DROP TABLE x; --", "%", "%zz", "%00", "%ff%fe", "../..", "null", "true",
        "{}", "[]", "\"", "\\", "00000000-0000-0000-0000-000000000000", "WORKLOAD_STATUS_QUEUED", "AAAA", new('x', 3000), string.Concat(Enumerable.Repeat("a:1-1,", 900)),
    ];

    private static readonly string[] Json =
    [
        "null", "true", "0", "-0", "1e999", "-1E-999", "1.5", "[]", "{}", "[null]", "{\"\":1}", "\"\\u0000\"", "\"\\ud800\"", "\"\\\\u0000\"", "[[[[]]]]", "{\"a\":{\"b\":[1,{}]}}", "\"9999-12-31T23:59:59.999Z\"", "\"0001-01-01T00:00:00+23:59\"", "\"-315576000000.999999999s\"",
    ];

    private static readonly string[] Headers =
    [
        "grpc-timeout", "X-Request-Timeout", "Last-Event-ID", "traceparent", "tracestate", "accept", "content-type", "content-encoding", "accept-encoding", "authorization", "x-request-id", "x-correlation-id", "idempotency-key", "if-none-match", "range", "expect-ct",
    ];

    private static readonly string[] HeaderValues =
    [
        "", "0", "-1", "99999999H", "99999999M", "99999999S", "99999999n", "0n", "1u", "999999999", "0.0000001", "1e9", "*/*", "*/*;q=x", "text/event-stream;q=9", "application/x-ndjson", "application/json; charset=\"", "text/plain", "gzip", "00-00-00-00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "workloads:1-1", "\u00e9", "application/grpc\u00e9", "application/json; charset=\u00e9", "workloads:18446744073709551615-18446744073709551615", "bytes=0-", new('h', 6000),
    ];

    private string Base => _gateway.Http.BaseAddress!.GetLeftPart(UriPartial.Authority);

    // Sends what is not ASCII as it is.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 });

    private WebApplication _services = null!;
    private TestGateway _gateway = null!;

    public static TheoryData<int> Seeds => [1, 2, 3];

    public async Task InitializeAsync()
    {
        _services = await StartServicesAsync();
        var address = _services.Urls.Single();
        _gateway = await TestGateway.StartAsync($"--PYLON_ORCHESTRATOR={address}", $"--PYLON_INGESTION={address}", $"--PYLON_CONDUCTOR={address}");
    }

    public async Task DisposeAsync()
    {
        _http.Dispose();
        await _gateway.DisposeAsync();
        await _services.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task GarbageIsNeverAnsweredByAnError(int seed)
    {
        var random = new Random(seed);
        var wrong = new List<string>();
        foreach (var binding in Binding.Of([.. Contract.Services, EchoService.Descriptor]))
        {
            // It answers when it is cancelled.
            if (binding.Rpc.Name == "Hang")
                continue;
            for (var i = 0; i < PerBinding; i++)
            {
                using var request = Request(binding, random);
                using var answer = await SendAsync(request);
                if (answer is { StatusCode: HttpStatusCode.InternalServerError or HttpStatusCode.BadGateway })
                    wrong.Add($"{request} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync())}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n\n", wrong.Concat(_gateway.Log.Lines)));
    }

    [Theory]
    [InlineData("/api/v1/workloads/w:watch", "grpc-timeout", "99999999H")]
    [InlineData("/api/v1/workloads/w:watch", "grpc-timeout", "99999999M")]
    [InlineData("/api/v1/workloads/w:watch", "X-Request-Timeout", "999999999")]
    [InlineData("/api/v1/workloads/w", "grpc-timeout", "99999999H")]
    public async Task LongestTimeoutIsTaken(string path, string header, string value)
    {
        await using var gateway = await TestGateway.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add(header, value);

        using var answer = await gateway.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("application/grpc\u00e9", "application/grpc")]
    [InlineData("application/grpc+x", "application/grpc")]
    [InlineData("application/grpc-web\u00e9", "application/grpc-web")]
    [InlineData("application/grpc-web-text\u00e9", "application/grpc-web-text")]
    public async Task ContentTypeOfACallIsNotRepeatedInItsRefusal(string sent, string answered)
    {
        await using var gateway = await TestGateway.StartAsync(TestGateway.InternalKeySetting + KeyedGateway.InternalKey);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(gateway.Http.BaseAddress!, "/x")) { Content = new ByteArrayContent(new byte[5]) };
        request.Content.Headers.TryAddWithoutValidation("content-type", sent);

        using var answer = await _http.SendAsync(request);

        Assert.Equal((HttpStatusCode.OK, answered), (answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
        Assert.Equal("16", Assert.Single(answer.Headers.GetValues("grpc-status")));
    }

    [Theory]
    [InlineData("pylon.orchestrator.v1.WorkloadService/GetWorkload", "3")]
    [InlineData("pylon.orchestrator.v1.WorkloadService/WatchWorkload", "3")]
    [InlineData("pylon.gateway.v1.BroadcastService/Poll", "0")]
    public async Task MetadataThatIsNotAsciiIsNoFailureOfAService(string rpc, string status)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(_gateway.GrpcAddress), rpc))
        {
            Content = new ByteArrayContent(new byte[5]),
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        request.Headers.TE.ParseAdd("trailers");
        request.Headers.TryAddWithoutValidation("x-a", "\u00e9");

        using var answer = await _http.SendAsync(request);

        var headers = answer.Headers.Concat(answer.TrailingHeaders).ToDictionary(header => header.Key, header => header.Value.First(), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(status, headers["grpc-status"]);
        Assert.Equal(status == "3", headers.TryGetValue("grpc-message", out var message) && message.StartsWith("x-a must be ASCII", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AddressThatIsNotAsciiIsNoPlaceToGoBackTo()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{Base}/web/zone") { Content = new FormUrlEncodedContent([KeyValuePair.Create("zone", "utc"), KeyValuePair.Create("back", "/\u00e9")]) };
        request.Headers.Add("Sec-Fetch-Site", "same-origin");

        using var answer = await http.SendAsync(request);

        Assert.Equal((HttpStatusCode.SeeOther, "/"), (answer.StatusCode, answer.Headers.Location?.OriginalString));
    }

    // Null when the server ended the connection, as it may for what is not HTTP.
    private async Task<HttpResponseMessage?> SendAsync(HttpRequestMessage request)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private HttpRequestMessage Request(Binding binding, Random random)
    {
        var fields = binding.Rpc.InputType.Fields.InDeclarationOrder();
        var path = string.Concat(binding.Template.Segments.Select(segment => "/" + (segment.Kind == SegmentKind.Literal ? segment.Text : Text(random))));
        if (binding.Template.Verb.Length > 0)
            path += ":" + binding.Template.Verb;
        var query = fields.Where(_ => random.Next(4) == 0).Select(field => $"{Name(field, random)}={Text(random)}");
        // As it is, without the client's corrections.
        var options = new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true };
        var uri = new Uri($"{Base}{path}?{string.Join('&', query)}", options);
        var request = new HttpRequestMessage(new HttpMethod(binding.HttpMethod == "*" ? "POST" : binding.HttpMethod), uri);
        if (binding.TakesBody)
        {
            request.Content = new StringContent(Body(fields, random), Encoding.UTF8, random.Next(8) == 0 ? "application/x-ndjson" : "application/json");
        }

        for (var i = random.Next(3); i > 0; i--)
        {
            var (name, value) = (Headers[random.Next(Headers.Length)], HeaderValues[random.Next(HeaderValues.Length)]);
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        return request;
    }

    private static string Body(IList<FieldDescriptor> fields, Random random) => random.Next(10) switch
    {
        0 => Json[random.Next(Json.Length)],
        1 => Texts[random.Next(Texts.Length)],
        2 => "{\"a\":",
        _ => "{" + string.Join(',', fields.Where(_ => random.Next(3) == 0).Select(field =>
            $"\"{field.Name}\":{(random.Next(2) == 0 ? Json[random.Next(Json.Length)] : JsonValue.Create(Texts[random.Next(Texts.Length)])!.ToJsonString())}")) + "}",
    };

    private static string Name(FieldDescriptor field, Random random) => random.Next(6) switch
    {
        0 => field.JsonName,
        1 => field.Name + ".seconds",
        2 => Text(random),
        _ => field.Name,
    };

    private static string Text(Random random)
    {
        var text = Texts[random.Next(Texts.Length)];
        // Now and then a broken escape.
        return text.StartsWith('%') ? text : Uri.EscapeDataString(text);
    }

    // Answers every call with an empty message.
    private static async Task<WebApplication> StartServicesAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(async context =>
        {
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[5]);
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await app.StartAsync();
        return app;
    }
}

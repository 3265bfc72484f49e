using System.Net.Http.Headers;
using System.Text.Json;
using Pylon.Access;

namespace Pylon.Gateway.Tests;

/// <summary>A gateway that asks who calls.</summary>
public sealed class KeyedGateway : IAsyncLifetime
{
    public const string InternalKey = "a key of the services, for tests alone";

    private readonly HttpClient _native = new(new SocketsHttpHandler { UseProxy = false }) { DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    public TestGateway Gateway { get; private set; } = null!;

    internal KeyRing Keys => Gateway.Service<KeyRing>();

    internal CallerRecorder Recorder => Gateway.Service<CallerRecorder>();

    public async Task InitializeAsync() => Gateway = await TestGateway.StartAsync(TestGateway.InternalKeySetting + InternalKey);

    public async Task DisposeAsync()
    {
        _native.Dispose();
        await Gateway.DisposeAsync();
    }

    /// <summary>A request of the REST API; a header is "name: value".</summary>
    public Task<HttpResponseMessage> RestAsync(HttpMethod method, string path, params string[] headers) => SendAsync(Gateway.Http, new HttpRequestMessage(method, path), headers);

    /// <summary>A native call with an empty message: its gRPC code, null while the answer is open.</summary>
    public async Task<int?> NativeAsync(string path, params string[] headers)
    {
        var content = new ByteArrayContent(new byte[5]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(Gateway.GrpcAddress), path)) { Content = content, Version = new Version(2, 0), VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TE.ParseAdd("trailers");
        using var answer = await SendAsync(_native, request, headers);
        return answer.Headers.TryGetValues("grpc-status", out var status) ? int.Parse(status.Single()) : null;
    }

    internal static string Header(ApiKey key) => $"x-api-key: {key.Text}";

    public static async Task<string> ReasonAsync(HttpResponseMessage answer, int status)
    {
        using var owned = answer;
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement.GetProperty("reason").GetString()!;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient client, HttpRequestMessage request, string[] headers)
    {
        foreach (var header in headers)
            request.Headers.TryAddWithoutValidation(header[..header.IndexOf(':')], header[(header.IndexOf(':') + 1)..].Trim());
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }
}

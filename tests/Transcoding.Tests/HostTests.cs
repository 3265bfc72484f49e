using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Testing.V1;
using Pylon.Transcoding.Calls;
using Pylon.Transcoding.Json;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Pylon.Transcoding.Tests;

/// <summary>The library in a host of its own, as its README shows it.</summary>
public sealed class HostTests : IAsyncLifetime
{
    private readonly List<string> _called = [];
    private WebApplication _service = null!;
    private WebApplication _rest = null!;

    public async Task InitializeAsync()
    {
        var service = WebApplication.CreateSlimBuilder();
        service.WebHost.UseTestServer();
        service.Services.AddGrpc();
        _service = service.Build();
        _service.MapGrpcService<Echo>();
        await _service.StartAsync();

        var rest = WebApplication.CreateSlimBuilder();
        rest.WebHost.UseTestServer();
        rest.Services.AddSingleton(TimeProvider.System);
        rest.Services.AddSingleton<IUpstreams>(new OneService(_service.GetTestServer()));
        rest.Services.AddTranscoding([EchoService.Descriptor], new MessageJson([EchoServiceReflection.Descriptor]));
        _rest = rest.Build();
        _rest.UseTranscoding((rpc, code) => _called.Add($"{rpc.Name} {code}"));
        _rest.MapGet("/else", () => "not an rpc");
        await _rest.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _rest.DisposeAsync();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task ABodyThatIsAnArrayFillsARepeatedField()
    {
        using var http = _rest.GetTestClient();

        using var answer = await http.PutAsync("/v1/echo/a/list", Json("""[{"name": "x"}, {}, {"name": "y", "children": [{"count": 3}]}]"""));

        var list = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("list").EnumerateArray().ToList();
        Assert.Equal(["x", "", "y"], list.Select(each => each.GetProperty("name").GetString()));
        Assert.Equal(3, list[2].GetProperty("children")[0].GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("[]", 200, "")]
    [InlineData("", 200, "")]
    [InlineData("{}", 400, "list: must be an array")]
    [InlineData("""[{"name": "x"}, 7]""", 400, "list[1]: must be a JSON object")]
    [InlineData("""[{"name": 7}, {"nome": ""}]""", 400, "list[0].name: must be a string; list[1].nome: unknown field")]
    public async Task AWrongElementOfAnArrayIsNamed(string body, int status, string problem)
    {
        using var http = _rest.GetTestClient();

        using var answer = await http.PutAsync("/v1/echo/a/list", Json(body));

        Assert.Equal(status, (int)answer.StatusCode);
        if (status == 400)
            Assert.Equal(problem, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task RpcIsServedOverRest()
    {
        using var http = _rest.GetTestClient();

        var echo = (await http.GetFromJsonAsync<JsonElement>("/v1/echo/a?int32_value=4")).GetProperty("echo");

        Assert.Equal(("a", 4), (echo.GetProperty("text").GetString(), echo.GetProperty("int32_value").GetInt32()));
        Assert.Equal(["Get OK"], _called);
    }

    [Theory]
    [InlineData("/v1/collect?text=a&nome=b", "text: unknown query parameter; nome: unknown query parameter", "Collect InvalidArgument")]
    [InlineData("/v1/chat?int32_value=4", "int32_value: unknown query parameter", "Chat InvalidArgument")]
    public async Task AStreamOfRequestsTakesNoQuery(string path, string problem, string called)
    {
        using var http = _rest.GetTestClient();

        using var answer = await http.PostAsync(path, Json("""{"text": "a"}"""));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(problem, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
        Assert.Equal([called], _called);
    }

    [Fact]
    public async Task StatusWithoutDetailsBecomesAProblem()
    {
        using var http = _rest.GetTestClient();

        using var answer = await http.PostAsJsonAsync("/v1/fail", new { message = "no echo today" });

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("PERMISSION_DENIED", problem.GetProperty("reason").GetString());
        Assert.Equal("no echo today", problem.GetProperty("detail").GetString());
        Assert.Equal(["Fail PermissionDenied"], _called);
    }

    [Fact]
    public async Task OtherPathsAreLeftToTheHost()
    {
        using var http = _rest.GetTestClient();

        Assert.Equal("not an rpc", await http.GetStringAsync("/else"));
        Assert.Empty(_called);
    }

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");

    private sealed class Echo : EchoService.EchoServiceBase
    {
        public override Task<EchoResponse> Get(EchoRequest request, ServerCallContext context) => Task.FromResult(new EchoResponse { Echo = request });

        public override Task<EchoResponse> Send(EchoRequest request, ServerCallContext context) => Task.FromResult(new EchoResponse { Echo = request });

        public override Task<EchoResponse> Fail(FailRequest request, ServerCallContext context) =>
            throw new RpcException(new Status(StatusCode.PermissionDenied, request.Message));
    }

    private sealed class OneService(TestServer server) : IUpstreams
    {
        private readonly GrpcChannel _channel = GrpcChannel.ForAddress(server.BaseAddress, new GrpcChannelOptions { HttpHandler = server.CreateHandler() });

        public CallInvoker InvokerOf(ServiceDescriptor service) => _channel.CreateCallInvoker();
    }
}

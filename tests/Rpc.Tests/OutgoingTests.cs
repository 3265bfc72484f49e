using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pylon.ServiceDefaults.Outgoing;

namespace Pylon.Rpc.Tests;

/// <summary>What a client of the outside may call: the guard of every address that a setting, a message or a registry can name.</summary>
public sealed class OutgoingTests : IAsyncLifetime
{
    private readonly List<string> _served = [];
    private WebApplication _server = null!;
    private int _port;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.MapGet("/away", () => Results.Redirect("/served"));
        _server.MapGet("/{path}", (string path) => { _served.Add(path); });
        await _server.StartAsync();
        _port = new Uri(_server.Urls.Single()).Port;
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task LoopbackIsCalledInDevelopment()
    {
        using var answer = await Client("Development").GetAsync($"http://127.0.0.1:{_port}/served");

        Assert.Equal((HttpStatusCode.OK, "served"), (answer.StatusCode, Assert.Single(_served)));
    }

    [Theory]
    [InlineData("169.254.169.254")]
    [InlineData("[::ffff:169.254.169.254]")]
    [InlineData("[fd00:ec2::254]")]
    [InlineData("168.63.129.16")]
    [InlineData("100.100.100.200")]
    [InlineData("10.0.0.1")]
    [InlineData("172.31.255.255")]
    [InlineData("192.168.1.1")]
    [InlineData("255.255.255.255")]
    [InlineData("224.0.0.1")]
    [InlineData("[fe80::1]")]
    [InlineData("[fc00::1]")]
    [InlineData("[64:ff9b::a9fe:a9fe]")]
    [InlineData("[2002:7f00:1::]")]
    [InlineData("[::127.0.0.1]")]
    public async Task PrivateAndReservedAddressesAreRefusedAlsoInDevelopment(string host) =>
        Assert.Contains("private or reserved", await RefusalAsync(Client("Development"), $"http://{host}:{_port}/served"), StringComparison.Ordinal);

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("::ffff:0.0.0.0")]
    public async Task AnUnspecifiedAddressOfTheDnsIsRefused(string address) =>
        Assert.Contains("private or reserved", await RefusalAsync(Client("Development", lookup: Always(address)), $"http://any.example:{_port}/served"), StringComparison.Ordinal);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.9.9.9")]
    [InlineData("[::1]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("localhost")]
    public async Task LoopbackIsRefusedInProduction(string host)
    {
        var client = Client("Production", hosts: "127.0.0.1,127.9.9.9,::1,::ffff:127.0.0.1,::ffff:7f00:1,localhost");

        Assert.Contains("private or reserved", await RefusalAsync(client, $"http://{host}:{_port}/served"), StringComparison.Ordinal);
        Assert.Empty(_served);
    }

    [Fact]
    public async Task APrivateNetworkThatIsNamedIsCalledAlsoWithoutTls()
    {
        var client = Client("Production", hosts: "127.0.0.1", networks: "127.0.0.0/8");

        using var answer = await client.GetAsync($"http://127.0.0.1:{_port}/served");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task TlsIsRequiredInProduction() =>
        Assert.Contains("https is required", await RefusalAsync(Client("Production", hosts: "bpp.example", lookup: Always("93.184.216.34")), "http://bpp.example/"), StringComparison.Ordinal);

    [Fact]
    public async Task OnlyTheHostsOfTheSettingsAreCalledInProduction()
    {
        var client = Client("Production", setting: "https://bpp.example/beckn", lookup: Always("127.0.0.1"));

        Assert.Contains("other.example is not among the hosts", await RefusalAsync(client, "https://other.example/"), StringComparison.Ordinal);
        Assert.Contains("private or reserved", await RefusalAsync(client, "https://bpp.example/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAnswerOfTheDnsThatChangesIsCheckedForEachConnection()
    {
        var lookups = 0;
        Task<IPAddress[]> RebindAsync(string host, CancellationToken cancellationToken) => Task.FromResult<IPAddress[]>([IPAddress.Parse(lookups++ == 0 ? "127.0.0.1" : "169.254.169.254")]);
        var client = Client("Development", lookup: RebindAsync);

        using (var first = new HttpRequestMessage(HttpMethod.Get, $"http://rebinds.example:{_port}/served") { Headers = { ConnectionClose = true } })
        using (await client.SendAsync(first))
            Assert.Single(_served);
        var refusal = await RefusalAsync(client, $"http://rebinds.example:{_port}/served");

        Assert.Contains("169.254.169.254 is private or reserved", refusal, StringComparison.Ordinal);
        Assert.Equal((2, 1), (lookups, _served.Count));
    }

    [Fact]
    public async Task OfSeveralAddressesOnlyThoseThatMayBeCalledAre()
    {
        using var answer = await Client("Development", lookup: Always("10.0.0.1", "127.0.0.1")).GetAsync($"http://both.example:{_port}/served");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task ARedirectionIsAnAnswerAndIsNotFollowed()
    {
        using var answer = await Client("Development").GetAsync($"http://127.0.0.1:{_port}/away");

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Empty(_served);
    }

    [Fact]
    public async Task ARefusalDoesNotTellThePathOrThePassword()
    {
        var refusal = await RefusalAsync(Client("Development"), "http://user:hunter2@10.0.0.1/hooks/secret");

        Assert.DoesNotContain("hunter2", refusal, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnAddressThatNobodyHasFailsAsAConnectionDoes()
    {
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => Client("Development", lookup: Always()).GetAsync("http://nobody.example/"));

        Assert.IsType<SocketException>(error.InnerException);
    }

    private static HostLookup Always(params string[] addresses) => (_, _) => Task.FromResult<IPAddress[]>([.. addresses.Select(IPAddress.Parse)]);

    private static async Task<string> RefusalAsync(HttpClient client, string address)
    {
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync(address));
        return error.ToString();
    }

    private static HttpClient Client(string stage, string hosts = "", string networks = "", string? setting = null, HostLookup? lookup = null)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["PYLON_ENVIRONMENT"] = stage, ["Outgoing:Hosts"] = hosts, ["Outgoing:Networks"] = networks }).Build();
        var services = new ServiceCollection().AddSingleton<IConfiguration>(configuration);
        if (lookup is not null)
            services.AddSingleton(lookup);
        services.AddOutgoingClient("outside", 1024, _ => [setting is null ? null : new Uri(setting)], (_, handler) => handler.UseProxy = false);
        return services.BuildServiceProvider().GetRequiredService<IHttpClientFactory>().CreateClient("outside");
    }
}

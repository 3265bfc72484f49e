using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using Yarp.ReverseProxy.Configuration;

namespace Pylon.Compat.Redis.Tests;

/// <summary>YARP hashes the destination with XxHash64 for its HashCookie affinity.</summary>
public sealed class YarpAffinityTests
{
    [Fact]
    public async Task HashCookieKeepsAClientOnItsDestination()
    {
        await using var one = await Serve(app => app.MapGet("/", () => "one"));
        await using var two = await Serve(app => app.MapGet("/", () => "two"));
        await using var proxy = await Serve(
            app => app.MapReverseProxy(),
            services => services.AddReverseProxy().LoadFromMemory(
                [new RouteConfig { RouteId = "all", ClusterId = "both", Match = new RouteMatch { Path = "{**all}" } }],
                [
                    new ClusterConfig
                    {
                        ClusterId = "both",
                        LoadBalancingPolicy = "RoundRobin",
                        SessionAffinity = new SessionAffinityConfig
                        {
                            Enabled = true,
                            Policy = "HashCookie",
                            AffinityKeyName = "pylon",
                        },
                        Destinations = new Dictionary<string, DestinationConfig>
                        {
                            ["one"] = new() { Address = Address(one) },
                            ["two"] = new() { Address = Address(two) },
                        },
                    },
                ]));

        using var client = new HttpClient { BaseAddress = new Uri(Address(proxy)) };
        var first = await client.GetStringAsync("/");
        for (var i = 0; i < 10; i++)
            Assert.Equal(first, await client.GetStringAsync("/"));
    }

    private static string Address(WebApplication app) =>
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();

    private static async Task<WebApplication> Serve(Action<WebApplication> map, Action<IServiceCollection>? add = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        add?.Invoke(builder.Services);
        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return app;
    }
}

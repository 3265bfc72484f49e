using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pylon.Access;
using Pylon.Gateway.Callers;
using Pylon.Gateway.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

/// <summary>How often a caller may call, at n and at n + 1, in each API.</summary>
public sealed class LimitsTests
{
    private const string Path = "/api/v1/workloads/w";

    // So slow that no token comes back during a test.
    private static readonly string[] Few =
    [
        "--Limits:Enabled=true", "--Limits:AddressBurst=3", "--Limits:AddressPerSecond=0.01", "--Limits:KeyBurst=5", "--Limits:KeyPerSecond=0.01",
        "--Limits:CallbackBurst=4", "--Limits:CallbacksPerSecond=0.01", "--Limits:Streams=2",
    ];

    [Fact]
    public async Task AnAddressWithoutAKeyHasItsBurstAndNotOneMore()
    {
        await using var gateway = await TestGateway.StartAsync(Few);

        Assert.Equal([200, 200, 200, 429], await StatusesAsync(gateway, 4));
        using var refused = await gateway.Http.GetAsync(Path);
        var problem = await refused.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType?.MediaType);
        Assert.Equal("RATE_LIMITED", problem.GetProperty("reason").GetString());
        Assert.Equal(TimeSpan.FromSeconds(100), refused.Headers.RetryAfter?.Delta);
    }

    [Theory]
    [InlineData("false", false)]
    [InlineData("true", true)]
    public async Task WithoutLimitsThereIsNoLimiterWhoseTimerWakesTheGateway(string enabled, bool expected)
    {
        await using var gateway = await TestGateway.StartAsync($"--Limits:Enabled={enabled}");

        Assert.Equal(expected, gateway.Get<IOptions<RateLimiterOptions>>().Value.GlobalLimiter is not null);
    }

    [Fact]
    public async Task ATokenComesBackWithTime()
    {
        await using var gateway = await TestGateway.StartAsync("--Limits:Enabled=true", "--Limits:AddressBurst=1", "--Limits:AddressPerSecond=2");
        Assert.Equal(200, (await StatusesAsync(gateway, 1))[0]);

        await Eventually.True(async () => (await StatusesAsync(gateway, 1))[0] == 429);
        await Eventually.True(async () => (await StatusesAsync(gateway, 1))[0] == 200);
    }

    [Fact]
    public async Task AKeyHasABurstOfItsOwnAndAnInventedOneCountsForItsAddress()
    {
        var (one, other) = (ApiKey.Create(), ApiKey.Create());
        Task<Verdict> AskAsync(ApiKey key, Digest digest) =>
            Task.FromResult(key.Id == one.Id || key.Id == other.Id ? new Verdict(new Caller(key.Id.ToString(), Caller.BuiltInOperator, Scope.Every)) : Verdict.Refused);
        await using var gateway = await TestGateway.StartAsync(
            services => services.AddSingleton(new KeyCache(AskAsync, TimeProvider.System)), [.. Few, $"--PYLON_INTERNAL_KEY={new string('k', 32)}"]);

        Assert.Equal([200, 200, 200, 200, 200, 429], await StatusesAsync(gateway, 6, _ => one));
        Assert.Equal([200, 200, 200, 200, 200, 429], await StatusesAsync(gateway, 6, _ => other));
        // Each of them another one: whoever guesses has no more than an address has.
        Assert.Equal([401, 401, 401, 429], await StatusesAsync(gateway, 4, _ => ApiKey.Create()));
        Assert.Equal([429], await StatusesAsync(gateway, 1));
    }

    [Fact]
    public async Task ANativeCallIsRefusedWithItsDetailsAndAPushback()
    {
        await using var gateway = await TestGateway.StartAsync(Few);
        await StatusesAsync(gateway, 3);

        var error = await Assert.ThrowsAsync<RpcException>(() => new WorkloadService.WorkloadServiceClient(gateway.Grpc).GetWorkloadAsync(new GetWorkloadRequest { Id = "w" }).ResponseAsync.Within());

        Assert.Equal((StatusCode.ResourceExhausted, "RATE_LIMITED"), (error.StatusCode, error.Reason()));
        Assert.Equal(100, error.Detail<RetryInfo>()!.RetryDelay.Seconds);
        Assert.Equal("100000", error.Trailers.GetValue("grpc-retry-pushback-ms"));
    }

    [Fact]
    public async Task ACallOfGrpcWebIsRefusedTheSame()
    {
        await using var gateway = await TestGateway.StartAsync(Few);
        await StatusesAsync(gateway, 3);
        using var channel = GrpcChannel.ForAddress(gateway.Http.BaseAddress!, new GrpcChannelOptions { HttpHandler = new GrpcWebHandler(GrpcWebMode.GrpcWeb, new HttpClientHandler()), HttpVersion = HttpVersion.Version11 });

        var error = await Assert.ThrowsAsync<RpcException>(() => new WorkloadService.WorkloadServiceClient(channel).GetWorkloadAsync(new GetWorkloadRequest { Id = "w" }).ResponseAsync.Within());

        Assert.Equal((StatusCode.ResourceExhausted, "RATE_LIMITED"), (error.StatusCode, error.Reason()));
    }

    [Fact]
    public async Task CallbacksHaveABurstOfTheirOwnAndGetANack()
    {
        await using var gateway = await TestGateway.StartAsync(Few);
        await StatusesAsync(gateway, 4);

        for (var n = 0; n < 4; n++)
            Assert.Equal(HttpStatusCode.OK, (await CallBackAsync(gateway)).StatusCode);
        using var refused = await CallBackAsync(gateway);

        Assert.Equal((HttpStatusCode.TooManyRequests, 100.0), (refused.StatusCode, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        var nack = await refused.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("NACK", nack.GetProperty("message").GetProperty("ack").GetProperty("status").GetString());
        Assert.Equal("RATE_LIMITED", nack.GetProperty("error").GetProperty("code").GetString());
    }

    [Fact]
    public async Task ACallerHasSoManyStreamsOpenOverRestAndGrpcTogether()
    {
        await using var gateway = await TestGateway.StartAsync([.. Few, "--Limits:AddressBurst=100"]);
        using var rest = await gateway.Http.GetAsync("/beckn/broadcast", HttpCompletionOption.ResponseHeadersRead).Within();
        using var grpc = new BroadcastService.BroadcastServiceClient(gateway.Grpc).Subscribe(new SubscribeRequest());
        await grpc.ResponseHeadersAsync.Within();

        using (var one = await gateway.Http.GetAsync("/beckn/broadcast", HttpCompletionOption.ResponseHeadersRead).Within())
            Assert.Equal(HttpStatusCode.TooManyRequests, one.StatusCode);
        using (var watch = await gateway.Http.GetAsync("/api/v1/workloads/open:watch", HttpCompletionOption.ResponseHeadersRead).Within())
            Assert.Equal(HttpStatusCode.TooManyRequests, watch.StatusCode);
        Assert.Equal([200], await StatusesAsync(gateway, 1));
        grpc.Dispose();

        await Eventually.True(async () =>
        {
            using var next = await gateway.Http.GetAsync("/beckn/broadcast", HttpCompletionOption.ResponseHeadersRead).Within();
            return next.StatusCode == HttpStatusCode.OK;
        });
    }

    [Theory]
    [InlineData("/beckn/broadcast/")]
    [InlineData("/Beckn/Broadcast")]
    public async Task AStreamIsCountedWhicheverPathLeadsToIt(string path)
    {
        await using var gateway = await TestGateway.StartAsync([.. Few, "--Limits:AddressBurst=100"]);
        using var one = await gateway.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead).Within();
        using var two = await gateway.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead).Within();

        using var three = await gateway.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead).Within();
        using var poll = await gateway.Http.GetAsync("/beckn/broadcast/poll/").Within();

        Assert.Equal([200, 200, 429, 200], [(int)one.StatusCode, (int)two.StatusCode, (int)three.StatusCode, (int)poll.StatusCode]);
    }

    [Fact]
    public async Task AWatchOfHealthIsAStream()
    {
        await using var gateway = await TestGateway.StartAsync([.. Few, "--Limits:AddressBurst=100"]);
        var health = new Health.HealthClient(gateway.Grpc);
        using var one = health.Watch(new HealthCheckRequest());
        using var two = health.Watch(new HealthCheckRequest { Service = "pylon.gateway.v1.BroadcastService" });
        Assert.True(await one.ResponseStream.MoveNext(CancellationToken.None).Within());
        Assert.True(await two.ResponseStream.MoveNext(CancellationToken.None).Within());

        using var three = health.Watch(new HealthCheckRequest());

        var refused = await Assert.ThrowsAsync<RpcException>(() => three.ResponseStream.MoveNext(CancellationToken.None).Within());
        Assert.Equal(StatusCode.ResourceExhausted, refused.StatusCode);
    }

    [Theory]
    [InlineData("/web/workloads", 429)]
    [InlineData("/web/workloads/", 429)]
    [InlineData("/Web/Workloads", 429)]
    [InlineData("/web/workloads/several", 200)]
    public async Task TheFormOfThePageIsASubmit(string path, int next)
    {
        await using var gateway = await TestGateway.StartAsync([.. Few, "--Limits:AddressBurst=100", "--Limits:SubmitsPerMinute=1"]);
        using var form = await gateway.Http.PostAsync(path, new FormUrlEncodedContent([]));
        Assert.NotEqual(HttpStatusCode.TooManyRequests, form.StatusCode);

        using var submit = await gateway.Http.PostAsJsonAsync("/api/v1/workloads", new { workload_name = "a" });

        Assert.Equal(next, (int)submit.StatusCode);
    }

    [Fact]
    public async Task SubmitsHaveALimitBesideThatOfAllCalls()
    {
        await using var gateway = await TestGateway.StartAsync([.. Few, "--Limits:AddressBurst=100", "--Limits:SubmitsPerMinute=2"]);
        var client = new WorkloadService.WorkloadServiceClient(gateway.Grpc);
        await client.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "a" }).ResponseAsync.Within();
        using (var second = await gateway.Http.PostAsJsonAsync("/api/v1/workloads", new { workload_name = "b" }))
            Assert.Equal(HttpStatusCode.OK, second.StatusCode);

        using var third = await gateway.Http.PostAsJsonAsync("/api/v1/workloads", new { workload_name = "c" });

        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.Equal([200], await StatusesAsync(gateway, 1));
    }

    [Fact]
    public async Task ProbesAndFilesOfThePageAreNotCounted()
    {
        await using var gateway = await TestGateway.StartAsync(Few);

        foreach (var path in Enumerable.Repeat(new[] { "/health", "/health/live", "/metrics", "/web/assets/none.css" }, 3).SelectMany(each => each))
        {
            using var answer = await gateway.Http.GetAsync(path);
            Assert.NotEqual(HttpStatusCode.TooManyRequests, answer.StatusCode);
        }
    }

    [Fact]
    public async Task GatewaysThatShareARedisCountTogether()
    {
        var redis = await TestRedis.CreateAsync();
        string[] settings = [.. Few, "--Limits:RedisWait=00:00:05", $"--PYLON_REDIS={redis.ConnectionString}"];
        await using var one = await TestGateway.StartAsync(settings);
        await using var two = await TestGateway.StartAsync(settings);
        await Eventually.True(() => one.Get<Limits.SharedBuckets>().IsThere && two.Get<Limits.SharedBuckets>().IsThere);

        var statuses = new List<int>();
        for (var n = 0; n < 3; n++)
            statuses.AddRange([.. await StatusesAsync(one, 1), .. await StatusesAsync(two, 1)]);

        Assert.Equal([200, 200, 200, 429, 429, 429], statuses);
    }

    [Fact]
    public async Task WithoutRedisAGatewayCountsByItselfAndNobodyGetsAnError()
    {
        await using var redis = await TestRedis.PrivateAsync();
        await using var gateway = await TestGateway.StartAsync([.. Few, "--Limits:RedisWait=00:00:00.500", $"--PYLON_REDIS={redis.Address}"]);
        await Eventually.True(() => gateway.Get<Limits.SharedBuckets>().IsThere);
        Assert.Equal([200], await StatusesAsync(gateway, 1));

        await redis.KillAsync();

        Assert.Equal([200, 200, 200, 429, 429], await StatusesAsync(gateway, 5));
        Assert.Contains(gateway.Log.Lines, line => line.Contains("counts by itself", StringComparison.Ordinal));
    }

    [Fact]
    public async Task OnlyATrustedProxySaysForWhomItCalls()
    {
        await using var alone = await TestGateway.StartAsync(Few);
        await using var behind = await TestGateway.StartAsync([.. Few, "--PYLON_TRUSTED_PROXIES=127.0.0.1,10.0.0.0/8"]);

        Assert.Equal([200, 200, 200, 429], await StatusesAsync(alone, 4, forwardedFor: n => $"203.0.113.{n}"));
        Assert.Equal([200, 200, 200, 200], await StatusesAsync(behind, 4, forwardedFor: n => $"203.0.113.{n}"));
        // What its caller wrote before its own entry is not believed.
        Assert.Equal([200, 200, 200, 429], await StatusesAsync(behind, 4, forwardedFor: n => $"198.51.100.{n}, 203.0.113.77, 10.1.2.3"));
        // One site of IPv6 is one caller.
        Assert.Equal([200, 200, 200, 429], await StatusesAsync(behind, 4, forwardedFor: n => $"2001:db8:1:2::{n}"));
    }

    [Theory]
    [InlineData("proxy.example")]
    [InlineData("10.0.0.0/99")]
    public async Task AWrongProxyStopsTheStart(string proxy)
    {
        var error = await Assert.ThrowsAsync<OptionsValidationException>(() => TestGateway.StartAsync($"--PYLON_TRUSTED_PROXIES=127.0.0.1,{proxy}"));

        Assert.Equal($"PYLON_TRUSTED_PROXIES=127.0.0.1,{proxy}: \"{proxy}\" must be an IP address or a network, for example 10.0.0.0/8", Assert.Single(error.Failures));
    }

    [Fact]
    public async Task InDevelopmentThereAreNoneAndTheLogSaysSo()
    {
        await using var gateway = await TestGateway.StartAsync("--Limits:AddressBurst=1", "--Limits:AddressPerSecond=0.01");

        Assert.Equal([200, 200, 200], await StatusesAsync(gateway, 3));
        Assert.Contains(gateway.Log.Lines, line => line.Contains("Limits: none", StringComparison.Ordinal));
    }

    private static async Task<List<int>> StatusesAsync(TestGateway gateway, int times, Func<int, ApiKey>? key = null, Func<int, string>? forwardedFor = null)
    {
        var statuses = new List<int>();
        for (var n = 0; n < times; n++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Path);
            if (key is not null)
                request.Headers.Add("x-api-key", key(n).Text);
            if (forwardedFor is not null)
                request.Headers.Add("X-Forwarded-For", forwardedFor(n + 1));
            using var answer = await gateway.Http.SendAsync(request).Within();
            statuses.Add((int)answer.StatusCode);
        }

        return statuses;
    }

    private static Task<HttpResponseMessage> CallBackAsync(TestGateway gateway) => gateway.Http.PostAsJsonAsync("/beckn/on_select", new { context = new { } });
}

using System.Diagnostics;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using Pylon.Access;
using Pylon.Gateway.Callers;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

public sealed class CallerTests(KeyedGateway gateway) : IClassFixture<KeyedGateway>
{
    private const string Workloads = "/api/v1/workloads";
    private const string ListKeys = "/pylon.orchestrator.v1.KeyService/ListKeys";
    private static readonly Guid Tenant = Guid.Parse("0199c2f4-7d53-7c0e-9b42-0c5b7f3f2a11");

    [Theory]
    [InlineData("x-api-key: {key}")]
    [InlineData("authorization: Bearer {key}")]
    [InlineData("Authorization: bearer {key}")]
    [InlineData("authorization: Basic {basic}")]
    public async Task AKeyIsTakenInEachForm(string header)
    {
        var key = gateway.Keys.Add([Scope.WorkloadsRead], Tenant);

        using var answer = await gateway.RestAsync(HttpMethod.Get, Workloads, header.Replace("{key}", key.Text).Replace("{basic}", Basic(key.Text)));

        Assert.Equal(200, (int)answer.StatusCode);
        var caller = gateway.Recorder.Seen.Last(call => call.Caller.Id == key.Id.ToString()).Caller;
        Assert.Equal(Tenant, caller.OperatorId);
        Assert.Equal([Scope.WorkloadsRead], caller.Scopes);
        Assert.False(caller.IsInternal);
    }

    public static TheoryData<string[]> Malformed => new(
        ["x-api-key: "],
        ["x-api-key: pyl_"],
        ["x-api-key: {key}x"],
        ["x-api-key: {short}"],
        ["x-api-key: {upper}"],
        ["x-api-key: {key}", "x-api-key: {key}"],
        ["x-api-key: {key}", "authorization: Bearer {key}"],
        ["authorization: Bearer "],
        ["authorization: Bearer"],
        ["authorization: {key}"],
        ["authorization: Basic {key}"],
        ["authorization: Basic ===="],
        ["authorization: Digest {key}"],
        ["authorization: Bearer {key}, Bearer {key}"],
        ["authorization: Bearer a.b.c"],
        ["authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0."]);

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task WhatIsNoKeyIsRefusedWithoutAQuestion(string[] headers)
    {
        var key = gateway.Keys.Add(Scope.Every);
        var asked = gateway.Keys.Asked;

        using var answer = await gateway.RestAsync(
            HttpMethod.Get, Workloads, [.. headers.Select(header => header.Replace("{key}", key.Text).Replace("{short}", key.Text[..^1]).Replace("{upper}", "pyl_" + key.Text[4..36].ToUpperInvariant() + key.Text[36..]))]);

        Assert.Contains("Bearer", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal("CREDENTIALS_INVALID", await KeyedGateway.ReasonAsync(answer, 401));
        Assert.Equal(asked, gateway.Keys.Asked);
    }

    [Fact]
    public async Task UnknownKeysAreRefused()
    {
        Assert.Equal("CREDENTIALS_INVALID", await KeyedGateway.ReasonAsync(await gateway.RestAsync(HttpMethod.Get, Workloads, KeyedGateway.Header(ApiKey.Create())), 401));
        Assert.Equal(16, await gateway.NativeAsync(ListKeys, KeyedGateway.Header(ApiKey.Create())));
    }

    [Fact]
    public async Task ASecretOfAnotherKeyIsRefused()
    {
        var key = gateway.Keys.Add(Scope.Every);
        var other = ApiKey.Create();

        Assert.Equal("CREDENTIALS_INVALID", await KeyedGateway.ReasonAsync(await gateway.RestAsync(HttpMethod.Get, Workloads, $"x-api-key: {key.Text[..37]}{other.Text[37..]}"), 401));
    }

    [Fact]
    public async Task AKeyThatIsOverIsRefusedThoughItIsRemembered()
    {
        var key = gateway.Keys.Add(Scope.Every, expires: TimeProvider.System.GetUtcNow() + TimeSpan.FromSeconds(1.5));

        using (var good = await gateway.RestAsync(HttpMethod.Get, Workloads, KeyedGateway.Header(key)))
            Assert.Equal(200, (int)good.StatusCode);
        await Eventually.Is(() => StatusAsync(key), status => status == 401, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task ARevokedKeyIsRefusedWithinFiveSecondsAndOneInUseCostsFewQuestions()
    {
        var key = gateway.Keys.Add(Scope.Every);
        var asked = gateway.Keys.Asked;
        for (var n = 0; n < 100; n++)
            Assert.Equal(200, await StatusAsync(key));
        Assert.InRange(gateway.Keys.Asked - asked, 1, 10);

        gateway.Keys.Revoke(key);
        var clock = Stopwatch.StartNew();
        await Eventually.Is(() => StatusAsync(key), status => status == 401, TimeSpan.FromSeconds(10));

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
    }

    [Fact]
    public async Task EqualKeysAtOnceAreOneQuestion()
    {
        var release = new TaskCompletionSource();
        gateway.Keys.Answers = release.Task;
        var key = gateway.Keys.Add(Scope.Every);
        var asked = gateway.Keys.Asked;

        var calls = Enumerable.Range(0, 64).Select(_ => StatusAsync(key)).ToList();
        await Eventually.True(() => gateway.Keys.Asked > asked);
        release.SetResult();

        Assert.All(await Task.WhenAll(calls), status => Assert.Equal(200, status));
        Assert.Equal(asked + 1, gateway.Keys.Asked);
    }

    [Fact]
    public async Task WithoutTheStoreNobodyIsLetInAndNobodyIsRefused()
    {
        await using var own = await OwnAsync();
        var keys = own.Service<KeyRing>();
        var (used, other) = (keys.Add(Scope.Every), keys.Add(Scope.Every));
        Assert.Equal(200, await StatusAsync(own, used));

        keys.IsAway = true;

        using (var answer = await SendAsync(own, other))
        {
            Assert.True(answer.Headers.RetryAfter is not null);
            Assert.Equal("KEYS_UNAVAILABLE", await KeyedGateway.ReasonAsync(answer, 503));
        }

        // The key in use is good for some seconds more.
        Assert.Equal(200, await StatusAsync(own, used));
        await Eventually.Is(() => StatusAsync(own, used), status => status == 503, TimeSpan.FromSeconds(10));
        keys.IsAway = false;
        Assert.Equal(200, await StatusAsync(own, used));
        Assert.Equal(200, await StatusAsync(own, other));
    }

    [Fact]
    public async Task WhoInventsKeysDoesNotStopTheOthers()
    {
        await using var own = await OwnAsync();
        var keys = own.Service<KeyRing>();
        var used = keys.Add(Scope.Every);
        Assert.Equal(200, await StatusAsync(own, used));
        var release = new TaskCompletionSource();
        keys.Answers = release.Task;

        var invented = Enumerable.Range(0, 4 * KeyCache.MostQuestions).Select(_ => StatusAsync(own, ApiKey.Create())).ToList();
        await Eventually.True(() => invented.Count(call => call.IsCompleted) >= 3 * KeyCache.MostQuestions);

        Assert.Equal(200, await StatusAsync(own, used));
        release.SetResult();
        var statuses = await Task.WhenAll(invented);
        Assert.All(statuses, status => Assert.Contains(status, new[] { 401, 503 }));
        Assert.Equal(KeyCache.MostQuestions, statuses.Count(status => status == 401));
    }

    [Fact]
    public async Task WhatAClientSaysOfItsCallerIsTakenOff()
    {
        var key = gateway.Keys.Add([Scope.WorkloadsRead], Tenant);
        var forged = new InternalTokens("another key, which the services do not have", "x", TimeProvider.System).Of(Caller.Service("x"));
        var stolen = new InternalTokens(KeyedGateway.InternalKey, "x", TimeProvider.System).Of(Caller.Service("x"));

        foreach (var token in new[] { forged, stolen })
        {
            Assert.Equal("CREDENTIALS_MISSING", await KeyedGateway.ReasonAsync(await gateway.RestAsync(HttpMethod.Get, Workloads, $"{InternalTokens.Header}: {token}"), 401));
            Assert.Equal(16, await gateway.NativeAsync(ListKeys, $"{InternalTokens.Header}: {token}"));
            using var answer = await gateway.RestAsync(HttpMethod.Get, Workloads, KeyedGateway.Header(key), $"{InternalTokens.Header}: {token}", $"x-pylon-tenant: {Guid.NewGuid()}");
            Assert.Equal(200, (int)answer.StatusCode);
            Assert.Equal(Tenant, gateway.Recorder.Seen.Last(call => call.Caller.Id == key.Id.ToString()).Caller.OperatorId);
        }

        Assert.DoesNotContain(gateway.Recorder.Seen, call => call.Caller.Id == "x");
    }

    [Fact]
    public async Task AnAdminActsForAnOperator()
    {
        var key = gateway.Keys.Add(Scope.Every);

        Assert.Null(await gateway.NativeAsync(ListKeys, KeyedGateway.Header(key)));
        Assert.Equal(Caller.BuiltInOperator, gateway.Recorder.Seen.Last(call => call.Caller.Id == key.Id.ToString()).Caller.OperatorId);
        Assert.Null(await gateway.NativeAsync(ListKeys, KeyedGateway.Header(key), $"x-pylon-tenant: {Tenant}"));
        Assert.Equal(Tenant, gateway.Recorder.Seen.Last(call => call.Caller.Id == key.Id.ToString()).Caller.OperatorId);
        Assert.Equal("FIELD_INVALID", await KeyedGateway.ReasonAsync(await gateway.RestAsync(HttpMethod.Get, Workloads, KeyedGateway.Header(key), "x-pylon-tenant: somebody"), 400));
    }

    [Theory]
    [InlineData("Sec-Fetch-Site: cross-site", 403)]
    [InlineData("Sec-Fetch-Site: same-site", 403)]
    [InlineData("Sec-Fetch-Site: same-origin", 200)]
    [InlineData("Origin: https://elsewhere.example", 403)]
    [InlineData("Accept: */*", 200)]
    public async Task ABrowserDoesNotLendItsKeyToAnotherSite(string header, int status)
    {
        var key = gateway.Keys.Add(Scope.Every);

        using var answer = await gateway.RestAsync(HttpMethod.Get, Workloads, $"authorization: Basic {Basic(key.Text)}", header);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task PagesAskForAKeyAndHealthDoesNot()
    {
        var key = gateway.Keys.Add(Scope.Every);
        foreach (var path in new[] { "/", "/web/plan" })
        {
            using var page = await gateway.RestAsync(HttpMethod.Get, path, "Accept: text/html");
            Assert.Equal(401, (int)page.StatusCode);
            Assert.StartsWith("Basic", page.Headers.WwwAuthenticate.ToString());
        }

        // The stream of a page under another path; a program's own is not asked for a password.
        using var stream = await gateway.RestAsync(HttpMethod.Get, "/beckn/broadcast", "Accept: text/event-stream", "Sec-Fetch-Site: same-origin");
        using var program = await gateway.RestAsync(HttpMethod.Get, "/beckn/broadcast", "Accept: text/event-stream");
        Assert.Equal(("Basic", "Bearer"), (stream.Headers.WwwAuthenticate.Single().Scheme, program.Headers.WwwAuthenticate.Single().Scheme));
        using var styles = await gateway.RestAsync(HttpMethod.Get, "/", $"authorization: Basic {Basic(key.Text)}", "Accept: text/html");
        Assert.Equal(200, (int)styles.StatusCode);
        foreach (var path in new[] { "/health", "/health/live", "/healthz", "/openapi.json", "/docs/index.html" })
        {
            using var open = await gateway.RestAsync(HttpMethod.Get, path);
            Assert.True((int)open.StatusCode is 200 or 503, $"{path}: {open.StatusCode}");
        }

        Assert.Equal("CREDENTIALS_MISSING", await KeyedGateway.ReasonAsync(await gateway.RestAsync(HttpMethod.Get, "/metrics"), 401));
        Assert.Equal("SCOPE_MISSING", await KeyedGateway.ReasonAsync(await gateway.RestAsync(HttpMethod.Get, "/metrics", KeyedGateway.Header(gateway.Keys.Add([Scope.GridRead], Tenant))), 403));
        using var metrics = await gateway.RestAsync(HttpMethod.Get, "/metrics", KeyedGateway.Header(key));
        Assert.Equal(200, (int)metrics.StatusCode);
        Assert.Equal("PATH_NOT_FOUND", await KeyedGateway.ReasonAsync(await gateway.RestAsync(HttpMethod.Get, "/nothing"), 404));
    }

    [Fact]
    public async Task InProductionTheContractIsForAdmins()
    {
        await using var own = await OwnAsync(TestGateway.Production);
        var key = own.Service<KeyRing>().Add(Scope.Every);

        foreach (var path in new[] { "/openapi.json", "/docs/index.html" })
        {
            using var answer = await own.Http.GetAsync(path);
            Assert.Equal(401, (int)answer.StatusCode);
            using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "x-api-key", key.Text } } };
            using var shown = await own.Http.SendAsync(request);
            Assert.Equal(200, (int)shown.StatusCode);
        }

        using var reflection = new Grpc.Reflection.V1.ServerReflection.ServerReflectionClient(own.Grpc).ServerReflectionInfo();
        try
        {
            await reflection.RequestStream.WriteAsync(new() { ListServices = "" });
        }
        catch (RpcException)
        {
            // The answer came before the question was written; the write says only that the call has ended.
        }

        var refused = await Assert.ThrowsAsync<RpcException>(() => reflection.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
    }

    [Fact]
    public async Task ASubscriberGetsTheTopicsOfItsScopes()
    {
        var key = gateway.Keys.Add([Scope.GridRead], Tenant);
        using var stream = await gateway.RestAsync(HttpMethod.Get, "/beckn/broadcast", KeyedGateway.Header(key));
        Assert.Equal(200, (int)stream.StatusCode);
        Assert.Equal("SCOPE_MISSING", await KeyedGateway.ReasonAsync(await gateway.RestAsync(HttpMethod.Get, "/beckn/broadcast?topics=grid,workloads", KeyedGateway.Header(key)), 403));

        gateway.Gateway.Events.Publish(FakeEventStream.Numbered(1), "workloads");
        gateway.Gateway.Events.Publish(FakeEventStream.Numbered(2), "grid");

        using var polled = await gateway.RestAsync(HttpMethod.Get, "/beckn/broadcast/poll", KeyedGateway.Header(key));
        var text = await polled.Content.ReadAsStringAsync();
        Assert.Contains("\"topic\":\"grid\"", text);
        Assert.DoesNotContain("\"topic\":\"workloads\"", text);
    }

    [Theory]
    [InlineData("/beckn/broadcast")]
    [InlineData("/beckn/broadcast/")]
    [InlineData("/Beckn/Broadcast")]
    [InlineData("/api/v1/workloads/silent:watch")]
    public async Task AStreamEndsWithItsKey(string path)
    {
        var key = gateway.Keys.Add(Scope.Every);
        var other = gateway.Keys.Add(Scope.Every);
        using var stream = await gateway.RestAsync(HttpMethod.Get, path, KeyedGateway.Header(key));
        using var stays = await gateway.RestAsync(HttpMethod.Get, path, KeyedGateway.Header(other));
        Assert.Equal((200, 200), ((int)stream.StatusCode, (int)stays.StatusCode));

        gateway.Keys.Revoke(key);
        var clock = Stopwatch.StartNew();
        await Assert.ThrowsAnyAsync<IOException>(async () => await (await stream.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null)).Within();

        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(5), $"{clock.Elapsed}");
        Assert.False((await stays.Content.ReadAsStreamAsync()).CopyToAsync(Stream.Null).IsCompleted);
    }

    [Fact]
    public async Task ANativeStreamEndsWithItsKey()
    {
        var key = gateway.Keys.Add(Scope.Every);
        using var call = new WorkloadService.WorkloadServiceClient(gateway.Gateway.Grpc).WatchWorkload(new() { Id = "silent" }, new Metadata { { "x-api-key", key.Text } });
        await call.ResponseHeadersAsync.Within();

        gateway.Keys.Revoke(key);

        await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext()).Within();
    }

    [Fact]
    public async Task NativeRefusalHasItsReason()
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await new WorkloadService.WorkloadServiceClient(gateway.Gateway.Grpc).ListWorkloadsAsync(new()));

        Assert.Equal(StatusCode.Unauthenticated, refused.StatusCode);
        Assert.Equal("CREDENTIALS_MISSING", refused.Reason());
    }

    [Fact]
    public async Task AServiceAsksForItself()
    {
        using var channel = GrpcChannel.ForAddress(gateway.Gateway.ServiceAddress);
        var client = new WorkloadService.WorkloadServiceClient(channel);

        var missing = await Assert.ThrowsAsync<RpcException>(async () => await client.ListWorkloadsAsync(new()));
        Assert.Equal(StatusCode.Unauthenticated, missing.StatusCode);
        var tokens = new InternalTokens(KeyedGateway.InternalKey, "test", TimeProvider.System);
        var reader = new Caller("reader", Tenant, new HashSet<Scope> { Scope.GridRead });
        var foreign = await Assert.ThrowsAsync<RpcException>(async () => await client.ListWorkloadsAsync(new(), tokens.AddTo([], reader)));
        Assert.Equal(StatusCode.PermissionDenied, foreign.StatusCode);
        await client.ListWorkloadsAsync(new(), tokens.AddTo([], reader with { Scopes = Scope.Every }));
    }

    private Task<int> StatusAsync(ApiKey key) => StatusAsync(gateway.Gateway, key);

    private static async Task<int> StatusAsync(TestGateway own, ApiKey key)
    {
        using var answer = await SendAsync(own, key);
        return (int)answer.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(TestGateway own, ApiKey key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Workloads) { Headers = { { "x-api-key", key.Text } } };
        return await own.Http.SendAsync(request);
    }

    private static Task<TestGateway> OwnAsync(params string[] settings) => TestGateway.StartAsync([TestGateway.InternalKeySetting + KeyedGateway.InternalKey, .. settings]);

    private static string Basic(string key) => Convert.ToBase64String(Encoding.ASCII.GetBytes($"me:{key}"));
}

using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Pylon.Orchestrator.V1;
using Pylon.Signing;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>Signatures both ways, with the registry of the sandbox.</summary>
public sealed class SignatureTests : IDisposable
{
    private const string Registry = "--BECKN_REGISTRY_URL={sandbox}/registry";
    private const string Unknown = "0190c0de-0000-7000-8000-000000000001";

    private readonly SigningKey _provider = SigningKey.Create();
    private readonly string _file = Path.GetTempFileName();

    public SignatureTests() => File.WriteAllText(_file, _provider.Export());

    public void Dispose()
    {
        _provider.Dispose();
        File.Delete(_file);
    }

    [Fact]
    public async Task WorkloadIsPlacedWithSignaturesBothWays()
    {
        using var key = SigningKey.Create();
        await using var stack = await OrchestratorStack.StartAsync("async", Registry, $"--BECKN_PRIVATE_KEY={key.Export()}", $"--SANDBOX_BAP_PUBLIC_KEY={key.PublicKey}");
        var offered = await stack.OfferedAsync();
        Assert.Equal(WorkloadStatus.Scheduled, (await stack.ChooseAsync(offered.Id, 2)).Status);
        var signatures = await stack.Database.ScalarAsync<long>("SELECT count(*) FROM beckn_signatures");
        Assert.Equal(await stack.Database.ScalarAsync<long>("SELECT sum(callbacks) FROM beckn_messages"), signatures);
        Assert.Equal(1, await stack.LookupsAsync());
        Assert.DoesNotContain(stack.Log.Lines, line => line.Contains(key.Export(), StringComparison.Ordinal));
    }

    [Fact]
    public async Task MessageWithoutOurSignatureIsNotTakenByTheProvider()
    {
        using var key = SigningKey.Create();
        await using var stack = await OrchestratorStack.StartAsync("sync", $"--SANDBOX_BAP_PUBLIC_KEY={key.PublicKey}");
        await stack.SubmitAsync();
        await Eventually.True(async () => await stack.Database.ScalarAsync<bool>("SELECT coalesce(bool_or(last_error LIKE '%SIGNATURE_MISSING%'), false) FROM beckn_messages"));
    }

    [Theory]
    [InlineData("unsigned_callback")]
    [InlineData("forged_callback")]
    public async Task CallbackWithoutAGoodSignatureIsNoAnswer(string fault)
    {
        await using var stack = await OrchestratorStack.StartAsync("async", Registry, "--Bpp:CallbackTimeout=00:00:03");
        await stack.FaultAsync(new { kind = fault, action = "discover" });
        await stack.OfferedAsync();
        Assert.Equal(2L, await stack.Database.ScalarAsync<long>("SELECT sum(sends) FROM beckn_messages WHERE action = 'discover'"));
        Assert.Equal(1L, await stack.Database.ScalarAsync<long>("SELECT sum(callbacks) FROM beckn_messages WHERE action = 'discover'"));
    }

    [Fact]
    public async Task SixtyFourEqualCallbacksTakeEffectOnce()
    {
        await using var stack = await OrchestratorStack.StartAsync("async", Registry);
        var offered = await stack.OfferedAsync();
        await using var another = await stack.StartAnotherAsync();
        using var channel = Grpc.Net.Client.GrpcChannel.ForAddress(another.Urls.First());
        var body = Notice(offered.TransactionId);
        var authorization = await stack.SignAsync(body);

        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(n =>
            SendAsync(n % 2 == 0 ? stack.Beckn : new BecknService.BecknServiceClient(channel), body, authorization)));

        Assert.Equal([(200, ""), .. Enumerable.Repeat((401, "REPLAYED"), 63)], answers.Order());
        Assert.Equal(1L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM provider_notices"));

        await stack.StopOrchestratorAsync();
        await stack.StartOrchestratorAsync();
        Assert.Equal((401, "REPLAYED"), await SendAsync(stack.Beckn, body, authorization));
        // Signed anew it is a repetition, which changes nothing.
        Assert.Equal((200, ""), await SendAsync(stack.Beckn, body, await stack.SignAsync(body)));
        Assert.Equal(1L, await stack.Database.ScalarAsync<long>("SELECT count(*) FROM provider_notices"));
    }

    [Fact]
    public async Task EachWrongSignatureIsRefusedWithItsCode()
    {
        using var other = SigningKey.Create();
        await using var stack = await OrchestratorStack.StartAsync(
            "async", Registry, $"--SANDBOX_KEY_FILE={_file}", $"--SANDBOX_BAP_PUBLIC_KEY={other.PublicKey}", $"--BECKN_PRIVATE_KEY={other.Export()}");
        var body = Notice(Unknown);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();

        // Good: the next thing that is wrong is the transaction.
        await IsAsync(400, "30000", Sign());
        await IsAsync(401, "SIGNATURE_MISSING");
        await IsAsync(401, "SIGNATURE_MALFORMED", Sign(), Sign());
        await IsAsync(401, "SIGNATURE_MALFORMED", "Basic x");
        await IsAsync(401, "SIGNATURE_OUT_OF_TIME", Sign(created: now + 20, expires: now + 60));
        await IsAsync(401, "SIGNATURE_OUT_OF_TIME", Sign(created: now - 60, expires: now - 1));
        await IsAsync(401, "SIGNATURE_OUT_OF_TIME", Sign(created: now - 10, expires: now + 3600));
        await IsAsync(401, "KEY_UNKNOWN", Sign(keyId: "sandbox-2"));
        await IsAsync(401, "KEY_UNKNOWN", Sign(subscriber: "somebody.else"));
        await IsAsync(401, "KEY_UNUSABLE", Sign(subscriber: "pylon.test", keyId: "pylon-1", key: other));
        await IsAsync(401, "SIGNATURE_INVALID", Sign(key: other));
        await IsAsync(401, "SIGNATURE_INVALID", _provider.Sign(new SignerId("sandbox.pylon.local", "sandbox-1"), now, now + 100, [.. body, (byte)' ']).ToString());

        var foreign = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("sandbox.pylon.local", "somebody.else", StringComparison.Ordinal));
        Assert.Equal((401, "SUBSCRIBER_MISMATCH"), await SendAsync(stack.Beckn, foreign, _provider.Sign(new SignerId("sandbox.pylon.local", "sandbox-1"), now, now + 50, foreign).ToString()));

        var missing = await stack.Beckn.ReceiveCallbackAsync(new ReceiveCallbackRequest { Action = "on_update", Body = ByteString.CopyFrom(body) });
        Assert.Equal("Signature realm=\"pylon.test\",headers=\"(created) (expires) digest\"", missing.Headers["WWW-Authenticate"]);
        var throughGateway = await stack.Beckn.ReceiveCallbackAsync(new ReceiveCallbackRequest
        {
            Action = "on_update",
            Body = ByteString.CopyFrom(body),
            Authorization = { Sign() },
            GatewayAuthorization = { Sign() },
        });
        Assert.Equal((401, true), (throughGateway.HttpStatus, throughGateway.Headers.ContainsKey("Proxy-Authenticate")));
        Assert.Contains("KEY_UNUSABLE", throughGateway.Body.ToStringUtf8(), StringComparison.Ordinal);
        var notJson = "{"u8.ToArray();
        Assert.Equal((401, "SIGNATURE_INVALID"), await SendAsync(stack.Beckn, notJson, Sign()));

        async Task IsAsync(int status, string code, params string[] authorization) => Assert.Equal((status, code), await SendAsync(stack.Beckn, body, authorization));

        string Sign(long? created = null, long? expires = null, string subscriber = "sandbox.pylon.local", string keyId = "sandbox-1", SigningKey? key = null) =>
            (key ?? _provider).Sign(new SignerId(subscriber, keyId), created ?? now, expires ?? now + Random.Shared.Next(60, 3000), body).ToString();
    }

    [Fact]
    public async Task FaultsOfTheRegistryNeverLetACallbackIn()
    {
        foreach (var (fault, status, code) in new[]
        {
            ("not_found", 401, "KEY_UNKNOWN"), ("two_records", 401, "KEY_UNUSABLE"), ("expired", 401, "KEY_UNUSABLE"), ("unsubscribed", 401, "KEY_UNUSABLE"),
            ("wrong_key", 401, "SIGNATURE_INVALID"), ("http_error", 503, "REGISTRY_UNAVAILABLE"), ("malformed_body", 503, "REGISTRY_UNAVAILABLE"), ("delay", 503, "REGISTRY_UNAVAILABLE"),
        })
        {
            await using var stack = await OrchestratorStack.StartAsync("async", Registry, "--BecknRegistry:Timeout=00:00:00.5");
            await stack.FaultAsync(new { kind = fault, count = 0 }, of: "registry");
            var body = Notice(Unknown);
            Assert.Equal((fault, status, code), await NamedAsync(fault, stack, body));
        }

        static async Task<(string, int, string)> NamedAsync(string fault, OrchestratorStack stack, byte[] body) =>
            await SendAsync(stack.Beckn, body, await stack.SignAsync(body)) is var (status, code) ? (fault, status, code) : default;
    }

    [Fact]
    public async Task RotatedKeyIsLearntAtOnceAndTheOldOneIsRefused()
    {
        await using var stack = await OrchestratorStack.StartAsync("async", Registry);
        var body = Notice(Unknown);
        var old = await stack.SignAsync(body);
        Assert.Equal((400, "30000"), await SendAsync(stack.Beckn, body, await stack.SignAsync(body)));
        await stack.RotateKeyAsync();
        Assert.Equal((400, "30000"), await SendAsync(stack.Beckn, body, await stack.SignAsync(body)));
        Assert.Equal((401, "SIGNATURE_INVALID"), await SendAsync(stack.Beckn, body, old));
        Assert.Equal(2, await stack.LookupsAsync());
    }

    [Theory]
    [InlineData("V2", "{sandbox}/registry")]
    [InlineData("Dedi", "{sandbox}/registry/dedi")]
    public async Task OtherFormsOfRegistriesAreAsked(string form, string url)
    {
        using var key = SigningKey.Create();
        await using var stack = await OrchestratorStack.StartAsync(
            "async", $"--BECKN_REGISTRY_URL={url}", $"--BECKN_REGISTRY_FORM={form}", $"--BECKN_PRIVATE_KEY={key.Export()}", $"--SANDBOX_BAP_PUBLIC_KEY={key.PublicKey}");
        var body = Notice(Unknown);
        Assert.Equal((400, "30000"), await SendAsync(stack.Beckn, body, await stack.SignAsync(body)));
        Assert.Equal(1, await stack.LookupsAsync());
    }

    private static byte[] Notice(string transaction) => Encoding.UTF8.GetBytes(
        $$$"""{"context":{"action":"on_update","transaction_id":"{{{transaction}}}","message_id":"notice-1","bpp_id":"sandbox.pylon.local"},"message":{"order":{"beckn:orderStatus":"IN_PROGRESS"} } }""");

    private static async Task<(int Status, string Code)> SendAsync(BecknService.BecknServiceClient client, byte[] body, params string[] authorization)
    {
        var response = await client.ReceiveCallbackAsync(new ReceiveCallbackRequest { Action = "on_update", Body = ByteString.CopyFrom(body), Authorization = { authorization } });
        return (response.HttpStatus, (string?)JsonNode.Parse(response.Body.ToStringUtf8())!["error"]?["code"] ?? "");
    }
}

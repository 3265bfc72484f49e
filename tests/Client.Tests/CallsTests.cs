using System.Text.RegularExpressions;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Pylon.Client.Calls;
using Pylon.LocalStack.Machine;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Client.Tests;

public sealed partial class CallsTests : IAsyncLifetime
{
    private FakePylon _pylon = null!;

    public async Task InitializeAsync() => _pylon = await FakePylon.StartAsync();

    public async Task DisposeAsync() => await _pylon.DisposeAsync();

    [Fact]
    public async Task ASafeCallIsRepeatedWithTheSameRequestIdWhileTheServiceIsUnavailable()
    {
        var ids = new List<string>();
        _pylon.Script.Submit = (request, _) =>
        {
            ids.Add(request.RequestId);
            return ids.Count < 4 ? throw Unavailable() : Task.FromResult(new SubmitWorkloadResponse { Workload = new Workload { Id = "w" } });
        };
        using var client = new PylonClient(_pylon.Address);

        var answer = await client.Workloads.SubmitWorkloadAsync(new() { WorkloadName = "x" }).ResponseAsync.Within();

        Assert.Equal("w", answer.Workload.Id);
        Assert.Equal(4, ids.Count);
        Assert.True(Guid.TryParse(Assert.Single(ids.Distinct()), out _));
    }

    [Fact]
    public async Task AMessageThatIsSentTwiceIsTwoRequests()
    {
        var ids = new List<string>();
        _pylon.Script.Submit = (request, _) =>
        {
            ids.Add(request.RequestId);
            return Task.FromResult(new SubmitWorkloadResponse());
        };
        using var client = new PylonClient(_pylon.Address);
        var request = new SubmitWorkloadRequest { WorkloadName = "x" };

        await client.Workloads.SubmitWorkloadAsync(request).ResponseAsync.Within();
        await client.Workloads.SubmitWorkloadAsync(request).ResponseAsync.Within();
        await client.Workloads.SubmitWorkloadAsync(new() { RequestId = "mine" }).ResponseAsync.Within();

        Assert.Equal(3, ids.Distinct().Count());
        Assert.Equal(("mine", ""), (ids[2], request.RequestId));
    }

    [Fact]
    public async Task TheAttemptsEnd()
    {
        var calls = 0;
        _pylon.Script.Submit = (_, _) =>
        {
            calls++;
            throw Unavailable();
        };
        using var client = new PylonClient(_pylon.Address);

        var failure = await Assert.ThrowsAsync<RpcException>(() => client.Workloads.SubmitWorkloadAsync(new()).ResponseAsync.Within());

        Assert.Equal((StatusCode.Unavailable, 4), (failure.StatusCode, calls));
    }

    [Fact]
    public async Task ACallThatIsNotSafeToRepeatIsMadeOnce()
    {
        var calls = 0;
        _pylon.Script.Approve = () =>
        {
            calls++;
            throw Unavailable();
        };
        using var client = new PylonClient(_pylon.Address);

        await Assert.ThrowsAsync<RpcException>(() => client.Recommendations.ApproveRecommendationAsync(new()).ResponseAsync.Within());

        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task ACallWithoutADeadlineHasTheOneOfTheOptions()
    {
        var deadlines = new List<DateTime>();
        _pylon.Script.Submit = (_, context) =>
        {
            deadlines.Add(context.Deadline);
            return Task.FromResult(new SubmitWorkloadResponse());
        };
        using var client = new PylonClient(new PylonClientOptions { Addresses = [new(_pylon.Address)], Timeout = TimeSpan.FromHours(1) });
        var own = TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(3);

        await client.Workloads.SubmitWorkloadAsync(new()).ResponseAsync.Within();
        await client.Workloads.SubmitWorkloadAsync(new(), deadline: own).ResponseAsync.Within();

        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        Assert.InRange(deadlines[0], now.AddMinutes(30), now.AddMinutes(61));
        Assert.InRange(deadlines[1], now.AddHours(2), now.AddHours(3));
    }

    [Fact]
    public async Task CallsGoOnAtTheOtherAddressWhenOneIsGone()
    {
        await using var other = await FakePylon.StartAsync();
        var (here, there) = (0, 0);
        _pylon.Script.Submit = (_, _) => Answer(() => Interlocked.Increment(ref here));
        other.Script.Submit = (_, _) => Answer(() => Interlocked.Increment(ref there));
        using var client = new PylonClient($"{_pylon.Address}, {other.Address}");

        await Eventually.True(async () =>
        {
            await client.Workloads.SubmitWorkloadAsync(new());
            return here > 0 && there > 0;
        });
        await other.DisposeAsync();

        // A call that took the connection that went is made again at the other address.
        for (var n = 0; n < 20; n++)
            await client.Workloads.SubmitWorkloadAsync(new()).ResponseAsync.Within();
    }

    /// <summary>It closes its port first and serves what it has begun. The library takes its address for ready until that is done.</summary>
    [Fact]
    public async Task NoCallFailsWhileOneOfTwoEnds()
    {
        await using var other = await FakePylon.StartAsync();
        var (held, release) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        other.Script.Submit = async (_, _) =>
        {
            if (held.TrySetResult())
                await release.Task;
            return new();
        };
        using var client = new PylonClient($"{_pylon.Address}, {other.Address}");
        var begun = new List<Task>();
        await Eventually.True(() =>
        {
            begun.Add(client.Workloads.SubmitWorkloadAsync(new()).ResponseAsync);
            return Task.FromResult(held.Task.IsCompleted);
        });

        var end = other.EndAsync();
        await Eventually.True(() => Ports.IsFree(new Uri(other.Address).Port));
        await Task.WhenAll(Enumerable.Range(0, 400).Select(_ => client.Workloads.SubmitWorkloadAsync(new()).ResponseAsync)).Within();

        Assert.False(end.IsCompleted);
        release.SetResult();
        await Task.WhenAll([.. begun, end]).Within();
    }

    [Theory]
    [InlineData("")]
    [InlineData("127.0.0.1:8081")]
    [InlineData("ftp://127.0.0.1:8081")]
    public void AnAddressThatIsNoneIsRefused(string address) =>
        Assert.Contains("must be the gRPC address of a gateway", Assert.Throws<ArgumentException>(() => new PylonClient(address)).Message, StringComparison.Ordinal);

    [Fact]
    public void AddressesAreOfOneKind() =>
        Assert.Contains("all http or all https", Assert.Throws<ArgumentException>(() => new PylonClient("http://127.0.0.1:1,https://127.0.0.1:2")).Message, StringComparison.Ordinal);

    [Fact]
    public void EveryServiceHasAClient()
    {
        var services = typeof(WorkloadService).Assembly.GetExportedTypes()
            .Where(type => type.Name.EndsWith("Reflection", StringComparison.Ordinal) && type is { IsAbstract: true, IsSealed: true })
            .SelectMany(type => ((FileDescriptor)type.GetProperty("Descriptor")!.GetValue(null)!).Services);

        Assert.Equal(services.Select(service => service.FullName).Order(StringComparer.Ordinal), PylonClient.Services.Select(service => service.FullName).Order(StringComparer.Ordinal));
        Assert.Equal(PylonClient.Services.Count, typeof(PylonClient).GetProperties().Count(property => typeof(ClientBase).IsAssignableFrom(property.PropertyType)));
    }

    [Fact]
    public void WhatIsRepeatedIsWhatTheProtosCallSafe()
    {
        var protos = Directory.EnumerateFiles(Path.Combine(Checkout.Find().Root, "protos", "pylon"), "*_service.proto", SearchOption.AllDirectories).Select(File.ReadAllText);

        var once = protos.SelectMany(text => Rpc().Matches(text)).Where(rpc => !IsSafe(rpc.Groups["comment"].Value)).Select(rpc => rpc.Groups["name"].Value);

        Assert.Equal(RetryRules.Once.Order(StringComparer.Ordinal), once.Order(StringComparer.Ordinal));

        // "otherwise as CreateSilence": the comment of another rpc holds for it.
        static bool IsSafe(string comment)
        {
            var words = string.Join(' ', comment.Split((char[])[' ', '/', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
            return (words.Contains("afe to retry", StringComparison.Ordinal) && !UnlessGiven().IsMatch(words)) || words.Contains("otherwise as", StringComparison.Ordinal);
        }
    }

    private static RpcException Unavailable() => new(new Status(StatusCode.Unavailable, "down"));

    private static Task<SubmitWorkloadResponse> Answer(Action note)
    {
        note();
        return Task.FromResult(new SubmitWorkloadResponse());
    }

    [GeneratedRegex(@"(?<comment>(?:  //[^\n]*\n)+)  rpc (?<name>\w+)\(")]
    private static partial Regex Rpc();

    [GeneratedRegex(@"afe to retry with (an? (correlation_id|event_id)|the last position)")]
    private static partial Regex UnlessGiven();
}

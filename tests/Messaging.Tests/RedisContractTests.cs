using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pylon.Testing;

namespace Pylon.Messaging.Tests;

public sealed class RedisContractTests : EventStreamContract
{
    private TestRedis _redis = null!;

    public override async Task InitializeAsync()
    {
        _redis = await TestRedis.CreateAsync();
        await base.InitializeAsync();
    }

    private protected override async Task<StreamClient> ConnectAsync()
    {
        var streams = await Streams.ConnectAsync(_redis.ConnectionString);
        var groups = new RedisEventGroup(streams.Redis, Options.Create(new EventStreamOptions()), TimeProvider.System, NullLogger<RedisEventGroup>.Instance);
        return new StreamClient(streams.Stream, groups, streams.DisposeAsync);
    }
}

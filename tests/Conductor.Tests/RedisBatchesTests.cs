using Pylon.Conductor.Batches;
using Pylon.Events.V1;
using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>Batches in Redis and PostgreSQL, each test on databases of its own.</summary>
public sealed class RedisBatchesTests : BatchesSuite
{
    private ConductorDatabase _database = null!;
    private ConductorService _service = null!;

    private protected override IBatches Batches => _service.Batches;

    public override async Task InitializeAsync()
    {
        _database = await ConductorDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        _service = await ConductorService.StartOnAsync(_database.Database.Uri, redis.ConnectionString);
    }

    public override async Task DisposeAsync()
    {
        await _service.DisposeAsync();
        await _database.DisposeAsync();
    }

    private protected override Task<IReadOnlyList<Event>> EventsAsync() => _service.EventsAsync();
}

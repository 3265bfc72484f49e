using Pylon.Testing;

namespace Pylon.Conductor.Tests;

/// <summary>Tests that have a Conductor of their own for each, on a database and a Redis of its own.</summary>
public abstract class OwnService : IAsyncLifetime
{
    private protected ConductorDatabase Database { get; private set; } = null!;

    private protected ConductorService Service { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Database = await ConductorDatabase.CreateAsync();
        Service = await ConductorService.StartOnAsync(Database.Database.Uri, (await TestRedis.CreateAsync()).ConnectionString);
    }

    public async Task DisposeAsync()
    {
        await Service.DisposeAsync();
        await Database.DisposeAsync();
    }
}

namespace Pylon.Orchestrator.Tests.Schema;

/// <summary>One database for the cases of a theory, each of which brings a workload of its own.</summary>
public sealed class SharedDatabase : IAsyncLifetime
{
    internal OrchestratorDatabase Database { get; private set; } = null!;

    public async Task InitializeAsync() => Database = await OrchestratorDatabase.CreateAsync();

    public async Task DisposeAsync() => await Database.DisposeAsync();
}

using Pylon.Orchestrator.Tests.Running;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>One Orchestrator for all tests of the planner; a test that changes what Ingestion has starts its own.</summary>
public sealed class PlanningStack : IAsyncLifetime
{
    private OrchestratorStack? _stack;

    internal V1.PlanningService.PlanningServiceClient Planning => _stack!.Planning;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _stack = await OrchestratorStack.StartAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_stack is not null)
            await _stack.DisposeAsync();
    }
}

/// <summary>The tests that share <see cref="PlanningStack"/>.</summary>
[CollectionDefinition(Name)]
public sealed class PlanningStackGroup : ICollectionFixture<PlanningStack>
{
    /// <summary>Of the collection.</summary>
    public const string Name = "planning";
}

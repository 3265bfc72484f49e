using Pylon.Orchestrator.Tests.Running;

namespace Pylon.Orchestrator.Tests.Tenants;

/// <summary>An Orchestrator with the rows of two operators.</summary>
public sealed class TenantStack : IAsyncLifetime
{
    internal OrchestratorStack Stack { get; private set; } = null!;

    internal OperatorData Ours { get; private set; } = null!;

    internal OperatorData Theirs { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Stack = await OrchestratorStack.StartAsync();
        Ours = await OperatorData.AddAsync(Stack.Database, "ours-of-the-test");
        Theirs = await OperatorData.AddAsync(Stack.Database, "secret-of-the-other");
    }

    public async Task DisposeAsync() => await Stack.DisposeAsync();
}

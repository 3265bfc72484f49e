using System.Reflection;
using Microsoft.Extensions.Hosting;

namespace Pylon.Postgres;

/// <summary>Migrates in the phase of the host's start that comes before every hosted service, the web server included.</summary>
internal sealed class MigrationStep(Migrator migrator, Assembly assembly, string schema, string history) : IHostedLifecycleService
{
    public Task StartingAsync(CancellationToken cancellationToken) => migrator.MigrateAsync(assembly, schema, cancellationToken, history);

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using Npgsql;

namespace Pylon.Orchestrator.Audit;

/// <summary>Says at the start when the role of the service may change the log, which then only triggers protect.</summary>
internal sealed class OwnerCheck(AuditStore store, ILogger<OwnerCheck> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await store.OwnerAsync(cancellationToken) is { } role)
                logger.RoleOwnsTheLog(role);
        }
        catch (NpgsqlException e)
        {
            logger.OwnerNotRead(e);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

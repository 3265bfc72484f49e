using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pylon.Messaging.Kafka;

/// <summary>Healthy when a broker answers within two seconds.</summary>
internal sealed class KafkaHealthCheck(KafkaCluster cluster) : IHealthCheck
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            // Of no topic in particular; the library waits on the calling thread.
            await Task.Run(() => cluster.Admin.GetMetadata(Bound), cancellationToken).WaitAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, $"Kafka: {e.Message}", e);
        }
    }
}

using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pylon.Gateway.Proxy;

/// <summary>An upstream as one line of the gateway's <c>GET /health/ready</c>.</summary>
internal sealed class UpstreamHealthCheck(Upstream upstream, UpstreamHealth health) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (status, why) = await health.AskAsync(upstream, service: "", cancellationToken);
        return status == HealthCheckResponse.Types.ServingStatus.Serving
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, why);
    }
}

using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pylon.Rpc;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// The gateway stays in rotation while anything behind it serves: with one upstream unreachable the others still
/// answer, without Redis only the broadcast waits. Each of those makes it degraded (200, naming the part). It is
/// unready only when every upstream and Redis are unreachable at once: then no request can succeed here, and another
/// gateway, on another network, may do better.
/// </summary>
internal sealed class GatewayHealthCheck(HealthCheckService checks) : IHealthCheck
{
    private const string Name = "gateway";

    public static void AddTo(IServiceCollection services)
    {
        services.AddHealthChecks().AddCheck<GatewayHealthCheck>(Name);
        services.PostConfigure<HealthCheckServiceOptions>(options =>
        {
            foreach (var part in options.Registrations.Where(IsPart))
                part.FailureStatus = HealthStatus.Degraded;
        });
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var parts = await checks.CheckHealthAsync(IsPart, cancellationToken);
        return parts.Entries.Values.Any(part => part.Status == HealthStatus.Healthy)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy($"all of {string.Join(", ", parts.Entries.Keys)} are unreachable");
    }

    private static bool IsPart(HealthCheckRegistration check) => check.Name != Name && !check.Tags.Contains(RpcServer.OfProcess);
}

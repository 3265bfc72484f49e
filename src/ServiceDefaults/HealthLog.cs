using System.Collections.Concurrent;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Pylon.Rpc;

namespace Pylon.ServiceDefaults;

/// <summary>One line when a health check of a store or peer fails and one when it recovers, however often the service is probed.</summary>
internal sealed class HealthLog(ILogger<HealthLog> log) : IHealthCheckPublisher
{
    private readonly ConcurrentDictionary<string, HealthStatus> _last = new(StringComparer.Ordinal);

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        foreach (var (name, entry) in report.Entries)
        {
            // That it starts or ends is said where it does.
            if (entry.Tags.Contains(RpcServer.OfProcess))
                continue;
            var before = _last.GetValueOrDefault(name, HealthStatus.Healthy);
            _last[name] = entry.Status;
            if (entry.Status == before)
                continue;
            if (entry.Status == HealthStatus.Healthy)
                log.CheckRecovered(name);
            else
                log.CheckFailed(name, entry.Status, entry.Description ?? entry.Exception?.Message ?? "no reason given", entry.Exception);
        }

        return Task.CompletedTask;
    }
}

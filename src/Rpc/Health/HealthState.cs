using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Pylon.Rpc.Health;

/// <summary>
/// The process's health as last seen, and a signal for its next change. Fed by the host's health checks: by the
/// periodic publisher and by every question in between.
/// </summary>
internal sealed class HealthState : IHealthCheckPublisher, IDisposable
{
    private readonly HealthCheckService checks;
    private readonly IHostApplicationLifetime lifetime;
    private readonly CancellationTokenRegistration stopping;
    private readonly Lock gate = new();
    private Seen current = Seen.As(HealthCheckResponse.Types.ServingStatus.Unknown);

    public HealthState(HealthCheckService checks, IHostApplicationLifetime lifetime)
    {
        this.checks = checks;
        this.lifetime = lifetime;
        stopping = lifetime.ApplicationStopping.Register(() => Set(HealthCheckResponse.Types.ServingStatus.NotServing));
    }

    public Seen Current
    {
        get
        {
            lock (gate) return current;
        }
    }

    /// <summary>Runs the checks now.</summary>
    public async Task<HealthCheckResponse.Types.ServingStatus> LookAsync(CancellationToken cancellationToken)
    {
        await PublishAsync(await checks.CheckHealthAsync(cancellationToken), cancellationToken);
        return Current.Status;
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        var healthy = report.Status != HealthStatus.Unhealthy && !lifetime.ApplicationStopping.IsCancellationRequested;
        Set(healthy ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing);
        return Task.CompletedTask;
    }

    public void Dispose() => stopping.Dispose();

    private void Set(HealthCheckResponse.Types.ServingStatus status)
    {
        Seen before;
        lock (gate)
        {
            if (current.Status == status) return;
            before = current;
            current = Seen.As(status);
        }

        before.Signal.SetResult();
    }

    /// <summary>A status and the end of it.</summary>
    internal sealed record Seen(HealthCheckResponse.Types.ServingStatus Status, TaskCompletionSource Signal)
    {
        public Task Changed => Signal.Task;

        public static Seen As(HealthCheckResponse.Types.ServingStatus status) => new(status, new(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}

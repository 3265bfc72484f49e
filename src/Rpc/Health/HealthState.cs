using Grpc.Health.V1;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;

namespace Pylon.Rpc;

/// <summary>
/// The process's health as last seen, and a signal for its next change. Fed by the host's health checks: by the
/// periodic publisher and by every question in between.
/// </summary>
internal sealed class HealthState : IHealthCheckPublisher, IDisposable
{
    private readonly HealthCheckService _checks;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly CancellationTokenRegistration _stopping;
    private readonly Lock _gate = new();
    private Seen _current = Seen.As(HealthCheckResponse.Types.ServingStatus.Unknown);

    public HealthState(HealthCheckService checks, IHostApplicationLifetime lifetime)
    {
        _checks = checks;
        _lifetime = lifetime;
        _stopping = lifetime.ApplicationStopping.Register(() => Set(HealthCheckResponse.Types.ServingStatus.NotServing));
    }

    public Seen Current
    {
        get
        {
            lock (_gate) return _current;
        }
    }

    /// <summary>Runs the checks now.</summary>
    public async Task<HealthCheckResponse.Types.ServingStatus> LookAsync(CancellationToken cancellationToken)
    {
        await PublishAsync(await _checks.CheckHealthAsync(cancellationToken), cancellationToken);
        return Current.Status;
    }

    public Task PublishAsync(HealthReport report, CancellationToken cancellationToken)
    {
        var healthy = report.Status != HealthStatus.Unhealthy && !_lifetime.ApplicationStopping.IsCancellationRequested;
        Set(healthy ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing);
        return Task.CompletedTask;
    }

    public void Dispose() => _stopping.Dispose();

    private void Set(HealthCheckResponse.Types.ServingStatus status)
    {
        Seen before;
        lock (_gate)
        {
            if (_current.Status == status) return;
            before = _current;
            _current = Seen.As(status);
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

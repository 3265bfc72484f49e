using System.Runtime.InteropServices;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pylon.ServiceDefaults;

/// <summary>
/// When the process ends, and that it is not ready from the signal to end on. SIGTERM drains it for <see cref="DrainOptions.Delay"/>
/// first, a second signal ends that; SIGINT and SIGQUIT end it at once.
/// </summary>
internal sealed class DrainingLifetime(IHostApplicationLifetime application, IOptions<DrainOptions> options, TimeProvider time, ILogger<DrainingLifetime> log)
    : IHostLifetime, IHealthCheck, IDisposable
{
    public const string CheckName = "lifetime";

    private readonly List<PosixSignalRegistration> _signals = [];
    private volatile bool _isDraining;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
            _signals.Add(PosixSignalRegistration.Create(signal, Take));
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        _isDraining || application.ApplicationStopping.IsCancellationRequested ? HealthCheckResult.Unhealthy("draining")
        : HealthCheckResult.Healthy());

    /// <summary>What SIGTERM does; complete when the process has begun to end.</summary>
    public async Task DrainAsync()
    {
        var first = !_isDraining;
        _isDraining = true;
        if (first && options.Value.Delay > TimeSpan.Zero)
        {
            log.IsDraining(options.Value.Delay.TotalSeconds);
            await Task.Delay(options.Value.Delay, time, application.ApplicationStopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        application.StopApplication();
    }

    public void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
    }

    // Without this the system would end the process.
    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGTERM)
            _ = DrainAsync();
        else
            application.StopApplication();
    }
}

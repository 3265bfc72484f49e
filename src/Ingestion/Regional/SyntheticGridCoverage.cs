using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pylon.Ingestion.Regional;

/// <summary>How far ahead the regional grid is filled; without a value for the current half hour the service is not healthy.</summary>
internal sealed class SyntheticGridCoverage(TimeProvider time) : IHealthCheck
{
    private long _until;

    public DateTimeOffset Until
    {
        get => new(Interlocked.Read(ref _until), TimeSpan.Zero);
        set => Interlocked.Exchange(ref _until, value.UtcTicks);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Until > time.GetUtcNow()
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, "the regional grid has no values for the current half hour yet"));
}

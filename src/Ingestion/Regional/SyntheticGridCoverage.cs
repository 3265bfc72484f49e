using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Pylon.Ingestion.Regional;

/// <summary>How far ahead the regional grid is filled; a service that has nothing to answer with is not healthy.</summary>
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
            : new HealthCheckResult(context.Registration.FailureStatus, "the regional grid is not filled for the current half hour yet"));
}

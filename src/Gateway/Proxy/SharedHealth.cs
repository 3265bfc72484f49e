using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pylon.Gateway.Streams;

namespace Pylon.Gateway.Proxy;

/// <summary>
/// Looks at everything once for all that ask within a second: probes need no key and are not counted, so their number must not be
/// that of the questions to Redis and to the services.
/// </summary>
internal sealed class SharedHealth(HealthCheckService checks, TimeProvider time) : HealthCheckService
{
    /// <summary>How long a look is good.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(1);

    private readonly SharedReads<HealthReport> _reports = new(Kept, time);

    /// <summary>Goes in front of the checks that are registered.</summary>
    public static void AddTo(IServiceCollection services)
    {
        var checks = services.Single(service => service.ServiceType == typeof(HealthCheckService)).ImplementationType!;
        services.RemoveAll<HealthCheckService>();
        services.AddSingleton<HealthCheckService>(provider => new SharedHealth(
            (HealthCheckService)ActivatorUtilities.CreateInstance(provider, checks), provider.GetRequiredService<TimeProvider>()));
    }

    /// <inheritdoc/>
    public override Task<HealthReport> CheckHealthAsync(Func<HealthCheckRegistration, bool>? predicate, CancellationToken cancellationToken = default) =>
        predicate is null
            ? _reports.GetAsync("", () => checks.CheckHealthAsync(predicate, CancellationToken.None), _ => 1, out _).WaitAsync(cancellationToken)
            : checks.CheckHealthAsync(predicate, cancellationToken);
}

using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace Pylon.Postgres;

/// <summary>Healthy when a connection can be had and answers within two seconds.</summary>
internal sealed class PostgresHealthCheck(NpgsqlDataSource dataSource, ConnectionBudgetStep connections) : IHealthCheck
{
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        using var bound = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        bound.CancelAfter(Bound);
        try
        {
            await using var command = dataSource.CreateCommand("SELECT 1");
            await command.ExecuteScalarAsync(bound.Token);
            return HealthCheckResult.Healthy(connections.Budget is { } budget ? $"Pylon may hold {budget.Wanted} connections of {budget.Limit}" : null);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            var reason = e is OperationCanceledException ? "no answer within 2 s" : e.Message;
            return new HealthCheckResult(context.Registration.FailureStatus, $"PostgreSQL: {reason}", e);
        }
    }
}

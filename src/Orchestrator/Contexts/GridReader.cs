using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Recommendations;

namespace Pylon.Orchestrator.Contexts;

/// <summary>Reads the state of the grid from Ingestion.</summary>
internal sealed class GridReader(GridService.GridServiceClient grid, TimeProvider time)
{
    // Ten half hours.
    private const int ForecastHours = 5;

    /// <exception cref="GridUnavailableException">Ingestion is unreachable.</exception>
    public async Task<GridReading> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var national = grid.GetNationalGridAsync(new GetNationalGridRequest(), cancellationToken: cancellationToken);
            using var regions = grid.ListRegionalGridAsync(new ListRegionalGridRequest(), cancellationToken: cancellationToken);
            using var carbon = ForecastAsync(GridSeries.CarbonIntensity, cancellationToken);
            using var demand = ForecastAsync(GridSeries.Demand, cancellationToken);
            return new GridReading(
                time.GetUtcNow(), (await national).Grid ?? new NationalGrid(), (await regions).Regions, (await carbon).Points, (await demand).Points);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new GridUnavailableException($"the state of the grid cannot be read: {e.Status.Detail} ({e.StatusCode})", e);
        }
    }

    private AsyncUnaryCall<GetForecastResponse> ForecastAsync(GridSeries series, CancellationToken cancellationToken) =>
        grid.GetForecastAsync(new GetForecastRequest { Series = series, Hours = ForecastHours }, cancellationToken: cancellationToken);
}

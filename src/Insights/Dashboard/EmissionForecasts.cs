using System.Globalization;
using Microsoft.Extensions.Options;
using Pylon.Insights.Engines;
using Pylon.Insights.V1;

namespace Pylon.Insights.Dashboard;

/// <summary>The forecast of emissions, by the external engine where one is configured and answers, else by the built-in models.</summary>
internal sealed class EmissionForecasts(
    IntensityReader intensities, MlEngine engine, IOptions<DashboardOptions> options, TimeProvider time) : IDisposable
{
    private const string None = "none";
    private const string BuiltIn = "built-in";
    private const string External = "ml";
    private readonly SemaphoreSlim _turn = new(1);
    // For those who see all; nobody else is answered from it.
    private (DateOnly Day, long MadeAt, GetEmissionForecastResponse Response)? _kept;

    public void Dispose() => _turn.Dispose();

    /// <param name="own">Whose emissions are forecast.</param>
    /// <param name="entities">Null for all of them.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<GetEmissionForecastResponse> ForecastAsync(DashboardStore own, long[]? entities, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);
        if (entities is not null || !own.Tenant.IsAll)
            return await MakeAsync(own, today, entities, cancellationToken);
        // One computes, the others wait for it.
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_kept is { } kept && kept.Day == today && time.GetElapsedTime(kept.MadeAt) < options.Value.ForecastAge)
                return kept.Response;
            var response = await MakeAsync(own, today, null, cancellationToken);
            // The first events are forecast at once.
            _kept = response.Model == None ? null : (today, time.GetTimestamp(), response);
            return response;
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<GetEmissionForecastResponse> MakeAsync(DashboardStore own, DateOnly today, long[]? entities, CancellationToken cancellationToken)
    {
        var start = new DateTimeOffset(today, TimeOnly.MinValue, TimeSpan.Zero);
        var hours = await own.HistoryAsync(EmissionHistory.StartOf(today), start, entities, cancellationToken);
        var history = EmissionHistory.Of(today, hours, await own.LastHourAsync(start, cancellationToken));
        if (history is null)
            return new GetEmissionForecastResponse { Model = None, Engine = BuiltIn, Notes = { $"There are no events in the {EmissionHistory.Days} days before today: a forecast needs one full day at least." } };
        var response = new GetEmissionForecastResponse
        {
            Engine = BuiltIn,
            HistoryDays = history.KnownDays,
            EstimatedShare = history.EstimatedShare,
            Dates = { Enumerable.Range(0, DailyForecast.Days).Select(day => today.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)) },
        };
        if (engine.IsConfigured)
        {
            switch (await AskAsync(history, cancellationToken))
            {
                case MlForecast.Predicted predicted:
                    (response.Engine, response.Model) = (External, predicted.ModelVersion);
                    Add(response, predicted.Kg, predicted.Low, predicted.High);
                    return response;
                case MlForecast.Fallback fallback:
                    response.FallbackReason = fallback.Reason;
                    break;
            }
        }

        var regions = history.Groups.Where(group => group.IsDense).Select(group => group.RegionId).OfType<int>().ToList();
        var forecast = DailyForecaster.Forecast(history, await intensities.ReadAsync(regions, today, cancellationToken));
        response.Model = forecast.Model;
        response.ConfidenceLevel = forecast.Low is null ? 0 : DailyForecast.Level;
        response.Notes.AddRange(forecast.Notes);
        Add(response, forecast.Kg, forecast.Low ?? [], forecast.High ?? []);
        return response;
    }

    private static void Add(GetEmissionForecastResponse response, IEnumerable<double> kg, IEnumerable<double> low, IEnumerable<double> high)
    {
        response.Forecast.AddRange(kg);
        response.ConfidenceLow.AddRange(low);
        response.ConfidenceHigh.AddRange(high);
    }

    private Task<MlForecast> AskAsync(EmissionHistory history, CancellationToken cancellationToken) =>
        history.LastDay == EmissionHistory.Days - 1
            ? engine.ForecastAsync([.. Enumerable.Range(history.FirstDay, history.KnownDays).Select(history.KgOf)], cancellationToken)
            : Task.FromResult<MlForecast>(new MlForecast.Fallback("the ML engine was not used: the days before today are not known"));
}

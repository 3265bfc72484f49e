using Npgsql;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Postgres;

namespace Pylon.Ingestion.Grid;

/// <summary>The latest state of Great Britain; what is not known is null or empty.</summary>
internal sealed record NationalState(SeriesPoint? Intensity, SeriesPoint? Demand, SeriesPoint? SystemPrice, IReadOnlyList<FuelPercent> Mix, string MixSource);

/// <summary>Reads the latest state of Great Britain.</summary>
internal sealed class NationalStore(NpgsqlDataSource dataSource, SeriesReader series)
{
    private const string LatestMix =
        """
        SELECT array_agg(fuel ORDER BY fuel), array_agg(percent ORDER BY fuel), source
        FROM generation_mix_national
        WHERE window_start > $1 - interval '2 hours' AND window_start <= $1
        GROUP BY window_start, source, captured_at
        ORDER BY source = 'synthetic', window_start DESC, source LIKE 'import:%', captured_at DESC LIMIT 1
        """;

    /// <summary>The intensity and the demand of the current half hour, the latest price of the last day and the latest mix of two hours.</summary>
    public async Task<NationalState> LatestAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var current = HalfHour.Containing(now);
        var intensity = await ReadAsync(SeriesDefinition.CarbonIntensity, current);
        var demand = await ReadAsync(SeriesDefinition.Demand, current);
        var prices = await ReadAsync(SeriesDefinition.SystemPrice, current.AddDays(-1) + HalfHour.Length);
        var mixes = await dataSource.Command(LatestMix, now.ToUniversalTime()).ListAsync(
            reader => (
                Mix: reader.GetFieldValue<string[]>(0).Zip(reader.GetFieldValue<decimal[]>(1), (fuel, percent) => new FuelPercent(fuel, percent)).ToList(),
                Source: reader.GetString(2)),
            cancellationToken);
        return new NationalState(
            intensity.FirstOrDefault(), demand.FirstOrDefault(), prices.FindLast(p => p.Source != SyntheticGrid.Source) ?? prices.LastOrDefault(),
            mixes.Count > 0 ? mixes[0].Mix : [], mixes.Count > 0 ? mixes[0].Source : "");

        Task<List<SeriesPoint>> ReadAsync(SeriesDefinition one, DateTimeOffset from) =>
            series.ReadAsync(one, null, from, current + HalfHour.Length, DateTimeOffset.MaxValue, forecastOnly: false, 48, cancellationToken);
    }
}

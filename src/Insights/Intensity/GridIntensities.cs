using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Ingestion.V1;

namespace Pylon.Insights.Intensity;

/// <summary>
/// Reads carbon intensities from Ingestion, whole days of a region at once, and keeps them for a while. Ingestion may be away:
/// then there are no values, and no failure.
/// </summary>
internal sealed class GridIntensities(
    SeriesService.SeriesServiceClient ingestion, DayCache cache, IOptions<IntensityOptions> options, TimeProvider time, ILogger<GridIntensities> log)
{
    private const int CallsAtOnce = 4;
    private const string Away = "Ingestion does not answer";
    private const string TooMany = "the batch spans more days than one batch reads";

    // A longer span than Ingestion answers with is no use of one estimate.
    private const int MostDaysOfACall = 366;

    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    private long _pausedUntil;

    /// <summary>Reads what all periods need, each day once.</summary>
    public async Task<IntensityTable> ReadAsync(IReadOnlyCollection<Period> periods, CancellationToken cancellationToken)
    {
        if (periods.Count == 0)
            return IntensityTable.Empty;
        var (found, missing) = (new Dictionary<DayKey, DayValues>(), new HashSet<DayKey>());
        foreach (var key in periods.Distinct().SelectMany(DaysOf))
        {
            if (found.ContainsKey(key) || missing.Contains(key))
                continue;
            if (cache.Find(key) is { } known)
                found[key] = known;
            else
                missing.Add(key);
        }

        if (missing.Count == 0)
            return new IntensityTable(found, "");
        if (time.GetUtcNow().UtcTicks < Interlocked.Read(ref _pausedUntil))
            return new IntensityTable(found, Away);
        var spans = Spans(missing).ToList();
        var problem = spans.Count > options.Value.MaxCalls ? TooMany : "";
        using var gate = new SemaphoreSlim(CallsAtOnce);
        var read = await Task.WhenAll(spans.Take(options.Value.MaxCalls).Select(span => ReadAsync(span, gate, cancellationToken)));
        foreach (var (key, values) in read.SelectMany(days => days ?? []))
        {
            found[key] = values;
            cache.Put(key, values);
        }

        return new IntensityTable(found, read.Any(days => days is null) ? Away : problem);
    }

    private static IEnumerable<DayKey> DaysOf(Period period)
    {
        var last = DateOnly.FromDateTime(period.End.AddTicks(-1).UtcDateTime);
        var day = DateOnly.FromDateTime(period.Start.UtcDateTime);
        for (var n = 0; day <= last && n < MostDaysOfACall; n++, day = day.AddDays(1))
            yield return new DayKey(period.RegionId, day);
    }

    // Days in a row become one call; a gap of a week is cheaper to read than to ask twice.
    private static IEnumerable<(int RegionId, DateOnly First, DateOnly Last)> Spans(IEnumerable<DayKey> days)
    {
        const int Gap = 7;
        foreach (var region in days.GroupBy(key => key.RegionId))
        {
            var (first, last) = (DateOnly.MinValue, DateOnly.MinValue);
            foreach (var day in region.Select(key => key.Day).Order())
            {
                if (first == DateOnly.MinValue)
                {
                    first = day;
                }
                else if (day.DayNumber - last.DayNumber > Gap || day.DayNumber - first.DayNumber >= MostDaysOfACall)
                {
                    yield return (region.Key, first, last);
                    first = day;
                }

                last = day;
            }

            yield return (region.Key, first, last);
        }
    }

    // Null when Ingestion does not answer.
    private async Task<List<KeyValuePair<DayKey, DayValues>>?> ReadAsync(
        (int RegionId, DateOnly First, DateOnly Last) span, SemaphoreSlim gate, CancellationToken cancellationToken)
    {
        await gate.WaitAsync(cancellationToken);
        try
        {
            var start = new DateTimeOffset(span.First.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
            var count = (span.Last.DayNumber - span.First.DayNumber + 1) * DayValues.HalfHours;
            var request = new ReadSeriesRequest
            {
                Series = GridSeries.CarbonIntensity,
                RegionId = span.RegionId,
                StartTime = start.ToTimestamp(),
                EndTime = (start + (count * HalfHour)).ToTimestamp(),
                Fill = SeriesFill.None,
            };
            // The deadline is of the wall clock, as the other end counts it.
            using var call = ingestion.ReadSeriesAsync(request, cancellationToken: CancellationToken.None);
            var answer = await call.ResponseAsync.WaitAsync(options.Value.Timeout, TimeProvider.System, cancellationToken);
            return answer.Values.Count == count && answer.SourceIndexes.Count == count ? Split(span.RegionId, span.First, answer) : Fail("an answer of another length");
        }
        catch (Exception e) when (e is RpcException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            return Fail(e is RpcException rpc ? rpc.StatusCode.ToString() : "no answer in time");
        }
        finally
        {
            gate.Release();
        }
    }

    private List<KeyValuePair<DayKey, DayValues>>? Fail(string status)
    {
        var now = time.GetUtcNow();
        // Of several calls that fail at once, one is logged.
        if (Interlocked.Exchange(ref _pausedUntil, (now + options.Value.PauseAfterFailure).UtcTicks) <= now.UtcTicks)
            log.IntensitiesUnavailable(status, options.Value.PauseAfterFailure);
        return null;
    }

    private List<KeyValuePair<DayKey, DayValues>> Split(int regionId, DateOnly first, ReadSeriesResponse answer)
    {
        var (now, days) = (time.GetUtcNow(), new List<KeyValuePair<DayKey, DayValues>>());
        for (var at = 0; at < answer.Values.Count; at += DayValues.HalfHours)
        {
            var (grams, synthetic) = (new decimal?[DayValues.HalfHours], new bool[DayValues.HalfHours]);
            for (var i = 0; i < DayValues.HalfHours; i++)
            {
                // NaN is no value, and neither is what no grid has.
                if (answer.Values[at + i] is >= 0 and <= 10_000 and var value)
                    grams[i] = (decimal)value;
                synthetic[i] = answer.Sources.ElementAtOrDefault(answer.SourceIndexes[at + i]) is { Synthetic: true };
            }

            days.Add(new(new DayKey(regionId, first.AddDays(at / DayValues.HalfHours)), new DayValues(grams, synthetic, now)));
        }

        return days;
    }
}

using System.Runtime.CompilerServices;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.Elexon;

namespace Pylon.Ingestion.Clients;

/// <summary>
/// Elexon Insights: prices and demand of today and yesterday, which are still revised, and the day-ahead forecast; after an
/// outage the days since the last success; and once a day the days that a settlement run has revised meanwhile.
/// </summary>
internal sealed class ElexonSource(SourceClient client, SourcesOptions options) : GridSource(Id)
{
    public const string Id = "elexon";

    // The API answers at most 7 days of market index prices at once.
    private const int MostDays = 6;

    // Values are published within this time.
    private static readonly TimeSpan Published = TimeSpan.FromHours(2);

    // After the interim run (5 working days after the day) and the initial settlement run (16; BSC, "Settlement Calendar").
    private static readonly int[] SettlementRuns = [8, 25];

    public override async IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var (dataset, path, check) in Requests(now, since ?? now))
        {
            yield return await TryAsync(
                dataset, async () => check(ElexonBody.Read(await client.GetAsync(path, options.RequestPause, cancellationToken), dataset)), cancellationToken);
        }
    }

    private static IEnumerable<(string Dataset, string Path, Func<ParsedBody, ParsedBody> Check)> Requests(DateTimeOffset now, DateTimeOffset since)
    {
        var (today, last, known) = (London.DateOf(now), London.DateOf(since), now - Published);
        var missed = last.AddDays(-1) < today.AddDays(-1) ? last.AddDays(-1) : today.AddDays(-1);
        var first = missed.DayNumber > today.DayNumber - LongestCatchUp.Days ? missed : today.AddDays(1 - LongestCatchUp.Days);
        for (var day = first; day <= today; day = day.AddDays(1))
            yield return Prices(day);
        foreach (var (from, to) in Spans(London.Midnight(first), now, MostDays))
        {
            yield return (
                "market-index", $"balancing/pricing/market-index?from={Time(from)}&to={Time(to)}&format=json", body => Learnt(body, SeriesDefinition.MarketIndexPrice.Actuals));
        }

        yield return ("demand-outturn", $"demand/outturn?settlementDateFrom={first:yyyy-MM-dd}&settlementDateTo={today:yyyy-MM-dd}&format=json", body =>
        {
            body.Ask(SeriesDefinition.Demand.Actuals!, London.Midnight(missed), known);
            return Learnt(body, SeriesDefinition.Demand.Actuals);
        }
        );
        yield return ("demand-forecast", "forecast/demand/day-ahead?format=json", body =>
        {
            body.Ask(SeriesDefinition.Demand.Forecasts!, now + HalfHour.Length, London.Midnight(today.AddDays(1)));
            return Learnt(body, SeriesDefinition.Demand.Forecasts);
        }
        );
        foreach (var days in last < today ? SettlementRuns : [])
        {
            if (today.AddDays(-days) < first)
                yield return Prices(today.AddDays(-days));
        }

        (string, string, Func<ParsedBody, ParsedBody>) Prices(DateOnly day) =>
            ("system-prices", $"balancing/settlement/system-prices/{day:yyyy-MM-dd}?format=json", body =>
            {
                var (from, to) = (London.Midnight(day == first ? missed : day), London.Midnight(day.AddDays(1)));
                if (from >= known)
                    return body;
                body.Ask(SeriesDefinition.SystemPrice.Actuals!, from, to < known ? to : known);
                return Learnt(body, SeriesDefinition.SystemPrice.Actuals);
            }
        );
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'");
}

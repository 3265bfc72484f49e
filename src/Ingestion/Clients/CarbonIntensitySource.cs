using System.Runtime.CompilerServices;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;
using Pylon.Ingestion.Sources;
using Pylon.Ingestion.Sources.CarbonIntensity;

namespace Pylon.Ingestion.Clients;

/// <summary>
/// The Carbon Intensity API: four days ahead for the nation and the regions, of which it forecasts at least two; the day behind
/// for what was measured and revised; and after an outage what it published meanwhile.
/// </summary>
internal sealed class CarbonIntensitySource(SourceClient client, SourcesOptions options) : GridSource(Id)
{
    public const string Id = "carbon-intensity";

    // The API answers at most 14 days at once.
    private const int MostDays = 13;
    private static readonly SeriesDefinition Intensity = SeriesDefinition.CarbonIntensity;

    public override async IAsyncEnumerable<Reading> ReadAsync(DateTimeOffset now, DateTimeOffset? since, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var current = HalfHour.Containing(now);
        foreach (var (dataset, path, check) in Requests(current, since ?? now))
        {
            yield return await TryAsync(
                dataset, async () => check(CarbonIntensityBody.Read(await client.GetAsync(path, options.RequestPause, cancellationToken), dataset)), cancellationToken);
        }
    }

    private static IEnumerable<(string Dataset, string Path, Func<ParsedBody, ParsedBody> Check)> Requests(DateTimeOffset current, DateTimeOffset since)
    {
        var (dayBefore, ahead) = (current.AddDays(-1), current.AddDays(2));
        yield return ("intensity", $"intensity/{Time(current)}/fw48h", body => Forecast(body, current, ahead));
        yield return ("intensity-past", $"intensity/{Time(current)}/pt24h", body => Past(body, dayBefore, current.AddHours(-1)));
        yield return ("regional", $"regional/intensity/{Time(current)}/fw48h", body => Regional(body, current, ahead));
        // Where the source looks further ahead; most of the time it does not.
        yield return ("intensity", $"intensity/{Time(ahead)}/fw48h", body => body);
        yield return ("regional", $"regional/intensity/{Time(ahead)}/fw48h", body => body);
        yield return ("generation", "generation", body => Learnt(body, SeriesDefinition.GenerationMix.Forecasts));

        // What was measured is revised for a day, so it is asked for from a day before the last success on.
        var (earliest, missed) = (current - LongestCatchUp, HalfHour.Containing(since));
        var pastFrom = missed.AddDays(-1) > earliest ? missed.AddDays(-1) : earliest;
        foreach (var (from, to) in missed < dayBefore ? Spans(pastFrom, dayBefore, MostDays) : [])
            yield return ("intensity-past", $"intensity/{Time(from)}/{Time(to)}", body => Past(body, from == pastFrom && missed < from ? missed : from, to));
        var regionalFrom = missed > earliest ? missed : earliest;
        foreach (var (from, to) in missed < current.AddHours(-1) ? Spans(regionalFrom, current, MostDays) : [])
        {
            yield return ("regional", $"regional/intensity/{Time(from)}/{Time(to)}", body => Regional(body, from == regionalFrom ? missed : from, to));
            yield return ("generation", $"generation/{Time(from)}/{Time(to)}", body => Generation(body, from, to));
        }
    }

    private static ParsedBody Forecast(ParsedBody body, DateTimeOffset from, DateTimeOffset to)
    {
        body.Ask(Intensity.Forecasts!, from, to);
        return Learnt(body, Intensity.Forecasts);
    }

    private static ParsedBody Past(ParsedBody body, DateTimeOffset from, DateTimeOffset to)
    {
        body.Ask(Intensity.Actuals!, from, to);
        return Learnt(body, Intensity.Forecasts, Intensity.Actuals);
    }

    private static ParsedBody Regional(ParsedBody body, DateTimeOffset from, DateTimeOffset to)
    {
        for (var region = 1; region <= 18; region++)
            body.Ask(Intensity.RegionalForecasts!, from, to, region);
        return Learnt(body, Intensity.RegionalForecasts, SeriesDefinition.GenerationMix.RegionalForecasts);
    }

    private static ParsedBody Generation(ParsedBody body, DateTimeOffset from, DateTimeOffset to)
    {
        body.Ask(SeriesDefinition.GenerationMix.Forecasts!, from, to.AddHours(-1));
        return Learnt(body, SeriesDefinition.GenerationMix.Forecasts);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'");
}

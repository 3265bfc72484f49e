using System.Globalization;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Grid.Simulation;
using Pylon.Sandbox.Grid.Sources;

namespace Pylon.Sandbox.Grid.CarbonIntensity;

/// <summary>
/// The Carbon Intensity API (carbon-intensity.github.io/api-definitions) as it really answers: a request for now gets the
/// last complete half hour, a range has the half hours that end in it, data is an object in some answers and a list in
/// others, and regions have no actual.
/// </summary>
internal sealed class CarbonIntensityApi() : GridSource("carbon-intensity", ["intensity", "generation", "regional"], outlier: 2856)
{
    private const int MostDays = 14;
    private const int MostStatsDays = 30;
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    public override string DatasetOf(string path) => Datasets.FirstOrDefault(d => path == d || path.StartsWith(d + '/', StringComparison.Ordinal)) ?? "other";

    public override JToken Failure(int status) => Bodies.Error(status switch
    {
        500 => "500 Internal Server Error",
        429 => "429 Too Many Requests",
        _ => $"{status} Error",
    }, status == 500 ? "Requested resource not found." : "The request could not be served.");

    public override GridAnswer Answer(string path, IQueryCollection query, DateTimeOffset now)
    {
        var bodies = new Bodies(now);
        var current = HalfHours.Complete(now);
        return path.Split('/') switch
        {
            ["intensity"] => bodies.National([current]),
            ["intensity", "date"] => bodies.National(Windows(DateOnly.FromDateTime(now.UtcDateTime))),
            ["intensity", "date", var date] => OnDate(bodies, date, "1", 48),
            ["intensity", "date", var date, var period] => OnDate(bodies, date, period, 1),
            ["intensity", "factors"] => Bodies.Factors(),
            ["intensity", "stats", var from, var to] => Ranged(from, to, MostStatsDays, (f, t) => bodies.Stats(f, t, null)),
            ["intensity", "stats", var from, var to, var block] => Stats(bodies, from, to, block),
            ["intensity", var from] => TimePath.Read(from) is { } at ? bodies.National([HalfHours.Containing(at)]) : Bodies.BadTime(),
            ["intensity", var from, var to] => Ranged(from, to, MostDays, (f, t) => bodies.National(HalfHours.EndingIn(f, t))),
            ["generation"] => bodies.Generation(current),
            ["generation", var from, var to] => Ranged(from, to, MostDays, bodies.Generation),
            ["regional"] => bodies.Regions([current]),
            ["regional", "england"] => bodies.Region(15, current),
            ["regional", "scotland"] => bodies.Region(16, current),
            ["regional", "wales"] => bodies.Region(17, current),
            ["regional", "regionid", var id] => Region(id) is { } region ? bodies.Region(region, current) : Bodies.BadRegion(),
            ["regional", "postcode", var code] => Postcodes.RegionOf(code) is { } region ? bodies.Region(region, current, code.ToUpperInvariant()) : Bodies.BadPostcode(),
            ["regional", "intensity", var from, var to] => Ranged(from, to, MostDays, (f, t) => bodies.Regions(HalfHours.EndingIn(f, t))),
            ["regional", "intensity", var from, var to, "regionid", var id] => Region(id) is { } region
                ? Ranged(from, to, MostDays, (f, t) => bodies.Region(region, HalfHours.EndingIn(f, t)))
                : Bodies.BadRegion(),
            ["regional", "intensity", var from, var to, "postcode", var code] => Postcodes.RegionOf(code) is { } region
                ? Ranged(from, to, MostDays, (f, t) => bodies.Region(region, HalfHours.EndingIn(f, t), code.ToUpperInvariant()))
                : Bodies.BadPostcode(),
            _ => new GridAnswer(404, Bodies.Error("404 Not Found", "Requested resource not found.")),
        };
    }

    private static GridAnswer Ranged(string from, string to, int mostDays, Func<DateTimeOffset, DateTimeOffset, GridAnswer> answer)
    {
        if (to is "fw24h" or "fw48h" or "pt24h" && TimePath.IsDate(from))
            return GridAnswer.Ok(new JObject());
        if (TimePath.Read(from) is not { } start)
            return Bodies.BadTime();
        var (first, last) = to switch
        {
            "fw24h" => (start, start + Day),
            "fw48h" => (start, start + Day + Day),
            "pt24h" => (start - Day, start),
            _ => (start, TimePath.Read(to) ?? DateTimeOffset.MinValue),
        };
        if (last == DateTimeOffset.MinValue)
            return Bodies.BadTime();
        if (last <= first)
            return Bodies.Bad("The from datetime should be less than the to datetime.");
        return last - first > TimeSpan.FromDays(mostDays)
            ? Bodies.Bad($"The maximum date range is limited to {mostDays} days.")
            : answer(first, last);
    }

    private static GridAnswer OnDate(Bodies bodies, string date, string period, int count)
    {
        if (!SettlementDay.TryRead(date, out var day))
            return Bodies.Bad("Please enter a valid date in ISO8601 format 'YYYY-MM-DD'.");
        return int.TryParse(period, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 48
            ? bodies.National(Windows(day).Skip(number - 1).Take(count))
            : Bodies.Bad("Please enter a valid half hour settlement period between 1-48.");
    }

    private static GridAnswer Stats(Bodies bodies, string from, string to, string block) =>
        int.TryParse(block, NumberStyles.None, CultureInfo.InvariantCulture, out var hours) && hours is >= 1 and <= 24
            ? Ranged(from, to, MostStatsDays, (f, t) => bodies.Stats(f, t, TimeSpan.FromHours(hours)))
            : Bodies.Bad("Please enter a valid block length between 1 and 24 hours.");

    private static IEnumerable<DateTimeOffset> Windows(DateOnly day) =>
        HalfHours.From(new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero), 48);

    private static int? Region(string id) =>
        int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var region) && region is >= 1 and <= 18 ? region : null;
}

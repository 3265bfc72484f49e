using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Grid.Simulation;
using Pylon.Sandbox.Grid.Sources;

namespace Pylon.Sandbox.Grid.CarbonIntensity;

/// <summary>The bodies of the API at a given time.</summary>
internal sealed class Bodies(DateTimeOffset now)
{
    // The real API has no earlier data.
    private static readonly DateTimeOffset First = new(2018, 5, 10, 23, 30, 0, TimeSpan.Zero);
    private static readonly GridRegion GreatBritain = GridRegion.All[GridRegion.GreatBritain - 1];
    private readonly DateTimeOffset _last = HalfHours.Containing(now) + SimulatedGrid.Ahead;

    public static GridAnswer Bad(string message) => new(400, Error("400 Bad Request", message));

    public static GridAnswer BadTime() => Bad("Please enter a valid datetime in ISO8601 format 'YYYY-MM-DDThh:mmZ' i.e. '2017-08-25T15:30Z'.");

    public static GridAnswer BadRegion() => Bad("Please enter a valid region ID i.e. '/regional/regionid/13'.");

    public static GridAnswer BadPostcode() => Bad("Please enter a valid outward postcode i.e. '/regional/postcode/RG10'.");

    public static JObject Error(string code, string message) => new() { ["error"] = new JObject { ["code"] = code, ["message"] = message } };

    public static GridAnswer Factors() => GridAnswer.Ok(new JObject
    {
        ["data"] = new JArray(new JObject
        {
            ["Biomass"] = 120,
            ["Coal"] = 937,
            ["Dutch Imports"] = 474,
            ["French Imports"] = 53,
            ["Gas (Combined Cycle)"] = 394,
            ["Gas (Open Cycle)"] = 651,
            ["Hydro"] = 0,
            ["Irish Imports"] = 458,
            ["Nuclear"] = 0,
            ["Oil"] = 935,
            ["Other"] = 300,
            ["Pumped Storage"] = 0,
            ["Solar"] = 0,
            ["Wind"] = 0,
        }),
    });

    public GridAnswer National(IEnumerable<DateTimeOffset> windows) => List(windows.Where(IsKnown).Select(w => Window(w, "intensity", NationalIntensity(w))));

    /// <summary>Complete half hours of one year only; the real API omits those after the turn of the year.</summary>
    public GridAnswer Generation(DateTimeOffset from, DateTimeOffset to) => List(HalfHours.EndingIn(from, to)
        .Where(w => IsKnown(w) && w + HalfHours.Length <= now && (w + HalfHours.Length).Year <= from.Year)
        .Select(w => Window(w, "generationmix", Mix(SimulatedGrid.Mix(GreatBritain, w)))));

    /// <summary>An object, not a list.</summary>
    public GridAnswer Generation(DateTimeOffset window) =>
        GridAnswer.Ok(new JObject { ["data"] = Window(window, "generationmix", Mix(SimulatedGrid.Mix(GreatBritain, window))) });

    public GridAnswer Regions(IEnumerable<DateTimeOffset> windows) => List(windows.Where(IsKnown).Select(w => Window(
        w, "regions", new JArray(GridRegion.All.Select(r => Described(r, null, dno: true, Values(r, w)))))));

    /// <summary>A list of one region with a list of one half hour.</summary>
    public GridAnswer Region(int id, DateTimeOffset window, string? postcode = null)
    {
        var region = GridRegion.All[id - 1];
        var rows = new JArray(Row(region, window));
        return new GridAnswer(200, new JObject { ["data"] = new JArray(Described(region, postcode, dno: true, [new JProperty("data", rows)])) }) { Rows = rows, Values = Numbers };
    }

    /// <summary>An object of one region with the list of its half hours; by postcode without the name of the operator.</summary>
    public GridAnswer Region(int id, IEnumerable<DateTimeOffset> windows, string? postcode = null)
    {
        var region = GridRegion.All[id - 1];
        var rows = new JArray(windows.Where(IsKnown).Select(w => Row(region, w)));
        return new GridAnswer(200, new JObject { ["data"] = Described(region, postcode, dno: postcode is null, [new JProperty("data", rows)]) }) { Rows = rows, Values = Numbers };
    }

    /// <summary>Statistics of actuals; of forecasts for half hours without an actual.</summary>
    public GridAnswer Stats(DateTimeOffset from, DateTimeOffset to, TimeSpan? block)
    {
        var data = new JArray();
        for (var start = from; start < to; start += block ?? to - from)
        {
            var end = block is { } length && start + length < to ? start + length : to;
            var values = HalfHours.EndingIn(start, end).Where(IsKnown)
                .Select(w => SimulatedGrid.Actual(w, now) ?? SimulatedGrid.Forecast(GreatBritain, w, now).Intensity).ToList();
            if (values.Count == 0)
                continue;
            var average = (int)Math.Round(values.Average());
            var intensity = new JObject { ["max"] = values.Max(), ["average"] = average, ["min"] = values.Min(), ["index"] = IndexBands.Of(start, average) };
            data.Add(new JObject { ["from"] = Time(start), ["to"] = Time(end), ["intensity"] = intensity });
        }

        return GridAnswer.Ok(new JObject { ["data"] = data });
    }

    private static GridAnswer List(IEnumerable<JObject> rows)
    {
        var data = new JArray(rows);
        return new GridAnswer(200, new JObject { ["data"] = data }) { Rows = data, Values = Numbers };
    }

    // For a half hour with or without regions; an actual that is null stays null.
    private static IEnumerable<JValue> Numbers(JObject row) => row["regions"] is JArray regions
        ? regions.OfType<JObject>().SelectMany(Numbers)
        : row["intensity"] is JObject intensity
            ? new[] { "forecast", "actual" }.Select(n => intensity[n]).OfType<JValue>().Where(v => v.Value is not null)
            : row["generationmix"]?.Take(1).Select(f => f["perc"]).OfType<JValue>() ?? [];

    private static JObject Window(DateTimeOffset window, string name, JToken value) =>
        new() { ["from"] = Time(window), ["to"] = Time(window + HalfHours.Length), [name] = value };

    private static JObject Described(GridRegion region, string? postcode, bool dno, IEnumerable<JProperty> values)
    {
        var described = new JObject { ["regionid"] = region.Id };
        if (dno)
            described["dnoregion"] = region.DnoRegion;
        described["shortname"] = region.ShortName;
        if (postcode is not null)
            described["postcode"] = postcode;
        foreach (var value in values)
            described.Add(value);
        return described;
    }

    private static JArray Mix(GenerationMix mix) =>
        new(GenerationMix.Fuels.Select((fuel, i) => new JObject { ["fuel"] = fuel, ["perc"] = mix.Tenths[i] % 10 == 0 ? mix.Tenths[i] / 10 : mix.Tenths[i] / 10m }));

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm'Z'");

    private bool IsKnown(DateTimeOffset window) => window >= First && window < _last;

    // The index is that of the actual, as soon as there is one.
    private JObject NationalIntensity(DateTimeOffset window)
    {
        var forecast = SimulatedGrid.Forecast(GreatBritain, window, now).Intensity;
        var actual = SimulatedGrid.Actual(window, now);
        return new JObject { ["forecast"] = forecast, ["actual"] = actual, ["index"] = IndexBands.Of(window, actual ?? forecast) };
    }

    private JObject Row(GridRegion region, DateTimeOffset window) =>
        new(new JProperty("from", Time(window)), new JProperty("to", Time(window + HalfHours.Length)), Values(region, window));

    private IEnumerable<JProperty> Values(GridRegion region, DateTimeOffset window)
    {
        var mix = SimulatedGrid.Forecast(region, window, now);
        yield return new JProperty("intensity", new JObject { ["forecast"] = mix.Intensity, ["index"] = IndexBands.Of(window, mix.Intensity) });
        yield return new JProperty("generationmix", Mix(mix));
    }
}

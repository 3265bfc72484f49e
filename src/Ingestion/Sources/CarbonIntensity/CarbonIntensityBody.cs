using System.Text.Json;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;

namespace Pylon.Ingestion.Sources.CarbonIntensity;

/// <summary>
/// Reads every body of the Carbon Intensity API (carbon-intensity.github.io/api-definitions). `data` is a list in most
/// and an object in some; regions are under their half hour, or half hours under their region. A row is a half hour of
/// Great Britain or of one region.
/// </summary>
internal static class CarbonIntensityBody
{
    private const decimal LeastSum = 98;
    private const decimal MostSum = 102;

    public static ParsedBody Read(string body, string dataset)
    {
        var parsed = new ParsedBody(dataset);
        if (JsonBody.Parse(body, parsed) is not { } root)
            return parsed;
        if (root.Has("error"))
            parsed.Problem = $"the source says {Row.From(root.Get("error")).Text("code") ?? "error"}";
        foreach (var element in root.Each("data"))
            ReadElement(parsed, element);
        return parsed;
    }

    private static void ReadElement(ParsedBody parsed, JsonElement element)
    {
        if (element.Has("regions"))
        {
            foreach (var region in element.Each("regions"))
                Take(parsed, window: element, region, values: region);
        }
        else if (element.Has("data"))
        {
            foreach (var window in element.Each("data"))
                Take(parsed, window, region: element, values: window);
        }
        else
        {
            Take(parsed, element, region: default, element);
        }
    }

    private static void Take(ParsedBody parsed, JsonElement window, JsonElement region, JsonElement values)
    {
        var row = new Row(name => Row.From(window).Text(name), Body(window, region, values));
        if (values.Unstorable() is { } unstorable)
            row.Fail(unstorable);
        parsed.Take(row, _ =>
        {
            int? id = region.ValueKind == JsonValueKind.Undefined ? null : RegionId(row, region);
            var intensity = values.Get("intensity");
            var mix = values.Get("generationmix");
            if (intensity.Has("max") || intensity.Has("average"))
                row.Fail("a statistic over several half hours, which the half hours themselves give");
            else if (!values.Has("intensity") && !values.Has("generationmix"))
                row.Fail("neither an intensity nor a generation mix");
            var start = row.HalfHourFrom("from", "to");
            var read = values.Has("intensity") ? Intensity(row, id, intensity) : ((decimal? Forecast, decimal? Actual, string? Index)?)null;
            var fuels = values.Has("generationmix") ? Mix(row, mix) : null;
            if (!parsed.IsFirst(row, (id, start), (read, fuels is null ? "" : string.Join(' ', fuels))))
                return;
            foreach (var value in new[] { read?.Forecast, read?.Actual })
            {
                if (value is not { } number || fuels is null || GenerationMix.Agrees(number, fuels))
                    continue;
                // Neither can be trusted.
                row.Reject($"{number} gCO2/kWh cannot come from the generation mix, which gives about {GenerationMix.Intensity(fuels)}");
                (read, fuels) = (null, null);
            }

            if (read is { } known)
                parsed.AddIntensity(id, start, known.Forecast, known.Actual, known.Index);
            if (fuels is not null)
                parsed.Add(new SeriesValue(SeriesDefinition.GenerationMix.Table(isForecast: true, id is not null)!, start, null) { RegionId = id, Mix = fuels });
        });
    }

    private static int RegionId(Row row, JsonElement region)
    {
        var described = Row.From(region);
        if (described.Text("regionid") is not { } text || !int.TryParse(text, out var id) || id is < 1 or > 18)
        {
            row.Fail("regionid is not from 1 to 18");
            return 0;
        }

        // The API has answered the postcode EN2 with region 9 and the name of region 10: neither can be trusted.
        if (RegionNames.IdOf(described.Text("shortname")) is { } named && named != id)
            row.Fail($"regionid is {id} but the name is that of region {named}");
        return id;
    }

    private static (decimal? Forecast, decimal? Actual, string? Index) Intensity(Row row, int? region, JsonElement intensity)
    {
        var numbers = Row.From(intensity);
        var (least, most) = (SeriesDefinition.CarbonIntensity.LeastOf(region), SeriesDefinition.CarbonIntensity.Most);
        var forecast = numbers.OptionalValue("forecast", least, most);
        var actual = numbers.OptionalValue("actual", least, most);
        if (forecast is null && actual is null)
            numbers.Reject("neither a forecast nor an actual");
        var index = numbers.Index("index");
        if (numbers.ValueProblem is not { } problem)
            return (forecast, actual, index);
        row.Reject(problem);
        // It may name the bad value.
        return (forecast, actual, null);
    }

    /// <summary>Null when it is bad.</summary>
    private static List<FuelPercent>? Mix(Row row, JsonElement mix)
    {
        var fuels = new List<FuelPercent>();
        if (mix.ValueKind != JsonValueKind.Array)
            return Bad("generationmix is not a list");

        foreach (var entry in mix.EnumerateArray().Select(Row.From))
        {
            var fuel = entry.Text("fuel") ?? "";
            var percent = entry.Number("perc", 0, 100);
            if (!GenerationMix.Fuels.Contains(fuel))
                entry.Fail($"the fuel '{fuel}' is unknown");
            else if (fuels.Exists(f => f.Fuel == fuel))
                entry.Fail($"{fuel} is listed twice");
            if (entry.Problem is { } problem)
                return Bad(problem);
            fuels.Add(new FuelPercent(fuel, percent));
        }

        var sum = fuels.Sum(f => f.Percent);
        return sum is < LeastSum or > MostSum ? Bad($"the generation mix sums to {sum} per cent") : [.. fuels.OrderBy(f => f.Fuel, StringComparer.Ordinal)];

        List<FuelPercent>? Bad(string reason)
        {
            row.Reject(reason);
            return null;
        }
    }

    // The row with the window and the region that contain it.
    private static string Body(JsonElement window, JsonElement region, JsonElement values)
    {
        if (region.ValueKind == JsonValueKind.Undefined)
            return window.GetRawText();
        return $"{{{Member(window, "from")},{Member(window, "to")},{Member(region, "regionid")},{Member(region, "shortname")},{Member(values, "intensity")},{Member(values, "generationmix")}}}";

        static string Member(JsonElement parent, string name) => $"\"{name}\":{(parent.Has(name) ? parent.Get(name).GetRawText() : "null")}";
    }
}

using System.Text.Json;
using Pylon.Ingestion.Regional;

namespace Pylon.Ingestion.Sources.CarbonIntensity;

/// <summary>
/// Reads every body of the Carbon Intensity API (carbon-intensity.github.io/api-definitions). `data` is a list in most
/// and an object in some; regions are under their half hour, or half hours under their region. A row is a half hour of
/// Great Britain or of one region.
/// </summary>
internal static class CarbonIntensityBody
{
    /// <summary>More than burning nothing but coal gives: the API has sent 2856.</summary>
    private const decimal Most = 1000;

    private const decimal LeastSum = 98;
    private const decimal MostSum = 102;

    public static readonly IReadOnlyList<string> Indexes = ["very low", "low", "moderate", "high", "very high"];

    public static Harvest Read(string body, string dataset)
    {
        var harvest = new Harvest(dataset);
        if (JsonBody.Parse(body, harvest) is not { } root)
            return harvest;
        if (root.Has("error"))
            harvest.Problem = $"the source says {Row.From(root.Get("error")).Text("code") ?? "error"}";
        foreach (var element in root.Each("data"))
            ReadElement(harvest, element);
        return harvest;
    }

    private static void ReadElement(Harvest harvest, JsonElement element)
    {
        if (element.Has("regions"))
        {
            foreach (var region in element.Each("regions"))
                Take(harvest, window: element, region, values: region);
        }
        else if (element.Has("data"))
        {
            foreach (var window in element.Each("data"))
                Take(harvest, window, region: element, values: window);
        }
        else
        {
            Take(harvest, element, region: default, element);
        }
    }

    private static void Take(Harvest harvest, JsonElement window, JsonElement region, JsonElement values)
    {
        var row = new Row(name => Row.From(window).Text(name), Body(window, region, values));
        harvest.Take(row, _ =>
        {
            int? id = region.ValueKind == JsonValueKind.Undefined ? null : RegionId(row, region);
            var intensity = values.Get("intensity");
            var mix = values.Get("generationmix");
            if (intensity.Has("max") || intensity.Has("average"))
                row.Fail("a statistic over several half hours, which the half hours themselves give");
            else if (!values.Has("intensity") && !values.Has("generationmix"))
                row.Fail("neither an intensity nor a generation mix");
            var start = row.HalfHourFrom("from", "to");
            var read = values.Has("intensity") ? Intensity(row, id, start, intensity) : null;
            var fuels = values.Has("generationmix") ? Mix(row, mix) : null;
            if (!harvest.IsFirst(row, (id, start), (read, fuels is null ? "" : string.Join(' ', fuels))))
                return;
            if (read is not null)
                harvest.Intensities.Add(read);
            if (fuels is not null)
                harvest.Mixes.Add(new MixValue(id, start, fuels));
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

        // The API has answered the postcode EN2 with region 9 and the name of region 10: which of the two is anyone's guess.
        if (RegionNames.IdOf(described.Text("shortname")) is { } named && named != id)
            row.Fail($"regionid is {id} but the name is that of region {named}");
        return id;
    }

    private static IntensityValue Intensity(Row row, int? region, DateTimeOffset start, JsonElement intensity)
    {
        var numbers = Row.From(intensity);
        // A region can run on wind alone; Great Britain cannot, and zeros have been sent for want of a value.
        decimal least = region is null or 18 ? 1 : 0;
        var forecast = numbers.OptionalNumber("forecast", least, Most);
        var actual = numbers.OptionalNumber("actual", least, Most);
        if (forecast is null && actual is null)
            numbers.Fail("neither a forecast nor an actual");
        var index = numbers.Text("index");
        if (index is not null && !Indexes.Contains(index))
            numbers.Fail($"index '{index}' is none");
        if (numbers.Problem is { } problem)
            row.Fail(problem);
        return new IntensityValue(region, start, forecast, actual, index);
    }

    private static List<FuelPercent> Mix(Row row, JsonElement mix)
    {
        var fuels = new List<FuelPercent>();
        if (mix.ValueKind != JsonValueKind.Array)
        {
            row.Fail("generationmix is not a list");
            return fuels;
        }

        foreach (var entry in mix.EnumerateArray().Select(Row.From))
        {
            var fuel = entry.Text("fuel") ?? "";
            var percent = entry.Number("perc", 0, 100);
            if (!GenerationMix.Fuels.Contains(fuel))
                entry.Fail($"the fuel '{fuel}' is unknown");
            else if (fuels.Exists(f => f.Fuel == fuel))
                entry.Fail($"{fuel} is there twice");
            if (entry.Problem is { } problem)
                row.Fail(problem);
            fuels.Add(new FuelPercent(fuel, percent));
        }

        var sum = fuels.Sum(f => f.Percent);
        if (sum is < LeastSum or > MostSum)
            row.Fail($"the generation mix sums to {sum} per cent");
        return [.. fuels.OrderBy(f => f.Fuel, StringComparer.Ordinal)];
    }

    // The row with the window and the region that it stands under.
    private static string Body(JsonElement window, JsonElement region, JsonElement values)
    {
        if (region.ValueKind == JsonValueKind.Undefined)
            return window.GetRawText();
        return JsonSerializer.Serialize(new Dictionary<string, object?>
        {
            ["from"] = Row.From(window).Text("from"),
            ["to"] = Row.From(window).Text("to"),
            ["regionid"] = Row.From(region).Text("regionid"),
            ["shortname"] = Row.From(region).Text("shortname"),
            ["intensity"] = values.Has("intensity") ? values.Get("intensity") : null,
            ["generationmix"] = values.Has("generationmix") ? values.Get("generationmix") : null,
        });
    }
}

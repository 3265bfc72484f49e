using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pylon.EndToEnd.Tests.Stacks;

namespace Pylon.EndToEnd.Tests;

/// <summary>Events through the Gateway's REST API, and the numbers that the dashboard of Carbon Nexus asks for.</summary>
public sealed class InsightsTests(SharedStack stack) : SharedStackTests(stack)
{
    private const int Weeks = 8;
    private readonly string _supplier = $"SUP-{Guid.NewGuid():N}";

    [Fact]
    public async Task RecordedEventsAreInTheNumbersOfTheDashboard()
    {
        // Each hour another number, so that it does not matter when the test begins.
        var now = TimeProvider.System.GetUtcNow();
        var hour = new DateTimeOffset(now.Year, now.Month, now.Day, now.Hour, 0, 0, TimeSpan.Zero);
        double[] kg = [10, 30, 20, 70];
        await RecordAsync(kg.Select((each, back) => Reported($"{_supplier}-{back}", hour.AddHours(-back), each)));

        var current = await Gateway.GetAsync($"/emissions/current?entity={_supplier}");
        var summary = await Gateway.GetAsync($"/emissions/summary?entity={_supplier}&entity_type=supplier");

        var last = (int)(hour - Time(current, "hour")).TotalHours;
        Assert.InRange(last, 0, 1);
        Assert.Equal(kg[last], Number(current, "current_rate"), 9);
        Assert.Equal(kg[last + 1], Number(current, "previous_rate"), 9);
        Assert.Equal(kg[last] > kg[last + 1] ? "rising" : "falling", current["trend"]!.GetValue<string>());
        var today = Time(current, "hour").AddHours(1).Date;
        Assert.Equal(kg.Where((_, back) => hour.AddHours(-back).Date == today).Sum(), Number(current, "total_today"), 9);
        Assert.Equal(130, Number(summary, "total_emissions"), 9);
        Assert.Equal(32.5, Number(summary, "average_emissions"), 9);
        Assert.Equal((4, 1), (Number(summary, "event_count"), Number(summary, "entity_count")));
    }

    [Fact]
    public async Task TheSameEventsAgainChangeNothing()
    {
        var hour = TimeProvider.System.GetUtcNow();
        await RecordAsync([Reported($"{_supplier}-1", hour, 10)]);
        await RecordAsync([Reported($"{_supplier}-1", hour, 10)], "duplicates");

        Assert.Equal(10, Number(await Gateway.GetAsync($"/api/v1/emissions/summary?entity={_supplier}"), "total_emissions"), 9);
    }

    [Fact]
    public async Task WithoutAReportedNumberTheModelOfTheSeedsExampleCounts()
    {
        var hour = TimeProvider.System.GetUtcNow();
        var predicted = Reported($"{_supplier}-1", hour, 0);
        predicted.Remove("reported_co2_kg");
        await RecordAsync([predicted]);

        // 0.45 t × 120 km × 0.10163.
        Assert.Equal(5.48802, Number(await Gateway.GetAsync($"/emissions/summary?entity={_supplier}"), "total_emissions"), 9);
    }

    [Fact]
    public async Task TheForecastIsTheMeanOfTheSameWeekday()
    {
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        // 10 kg times the number of the weekday, and one kg more each week.
        var days = Enumerable.Range(1, Weeks * 7).Select(back => (Day: today.AddDays(-back), Kg: (10.0 * (int)today.AddDays(-back).DayOfWeek) + (Weeks - ((back - 1) / 7)))).ToList();
        await RecordAsync(days.Select(each => Reported($"{_supplier}-{each.Day:yyyyMMdd}", new DateTimeOffset(each.Day, new TimeOnly(12, 0), TimeSpan.Zero), each.Kg)));

        var forecast = await Gateway.GetAsync($"/emissions/forecast?entity={_supplier}");

        var dates = forecast["dates"]!.AsArray().Select(date => DateOnly.Parse(date!.GetValue<string>())).ToList();
        var expected = dates.Select(date => days.Where(each => each.Day < dates[0] && each.Day.DayOfWeek == date.DayOfWeek).OrderByDescending(each => each.Day).Take(Weeks).Average(each => each.Kg));
        Assert.Equal("weekday-mean", forecast["model"]!.GetValue<string>());
        Assert.Equal(7, dates.Count);
        Assert.All(expected.Zip(Numbers(forecast, "forecast")), pair => Assert.Equal(pair.First, pair.Second, 9));
        Assert.All(Numbers(forecast, "forecast").Zip(Numbers(forecast, "confidence_low"), Numbers(forecast, "confidence_high")), day => Assert.True(day.Second <= day.First && day.First <= day.Third));
        Assert.Equal(forecast.ToJsonString(), (await Gateway.GetAsync($"/emissions/forecast?entity={_supplier}")).ToJsonString());
    }

    [Fact]
    public async Task TheCurlLinesOfTheSeedHaveItsShapes()
    {
        Assert.Equal(HttpStatusCode.OK, await Gateway.StatusOfAsync("/health"));
        Has(await Gateway.GetAsync("/emissions/current"), "current_rate", "trend", "categories", "total_today", "prediction_count");
        Has(await Gateway.GetAsync("/emissions/forecast"), "dates", "forecast", "confidence_low", "confidence_high");
        Has(await Gateway.GetAsync("/emissions/summary"), "total_emissions", "average_emissions", "event_count", "active_hotspots", "critical_hotspots");
        var (scanned, scan) = await Gateway.PostAsync("/hotspots/scan", "");
        Assert.Equal(HttpStatusCode.OK, scanned);
        Has(scan, "status", "hotspots_found", "hotspots");
        Has(await Gateway.GetAsync("/hotspots/stats"), "total", "by_severity", "by_entity_type");
        Has(await Gateway.GetAsync("/alerts/stats"), "total", "by_level");
        Has(await Gateway.GetAsync("/recommendations/stats"), "total", "by_status", "total_co2_reduction");
        foreach (var path in (string[])["/hotspots", "/hotspots?status=active&severity=critical&limit=5", "/hotspots/top", "/hotspots/top?limit=3", "/alerts", "/alerts/critical", "/recommendations", "/recommendations/pending"])
            Assert.Equal(JsonValueKind.Array, (await Gateway.GetAsync(path)).GetValueKind());
    }

    [Fact]
    public async Task TheScenarioOfTheSeedSavesWhatItSays()
    {
        const string scenario =
            """{"scenario_type": "logistics", "baseline_features": {"distance_km": 120, "load_kg": 450, "vehicle_type": "truck_diesel"}, "changes": {"vehicle_type": "truck_ev"}}""";

        var (status, answer) = await Gateway.PostAsync("/simulate", scenario);
        var (batchStatus, batch) = await Gateway.PostAsync("/simulate/batch", $$"""[{{scenario}}, {"scenario_type": "nonsense"}]""");

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (status, batchStatus));
        Has(answer, "baseline_co2", "modified_co2", "delta", "percent_change", "scenario_type", "changes_applied");
        Assert.Equal((5.49, 1.91, -65.16), (Math.Round(Number(answer, "baseline_co2"), 2), Math.Round(Number(answer, "modified_co2"), 2), Math.Round(Number(answer, "percent_change"), 2)));
        Assert.Equal(2, batch.AsArray().Count);
        Assert.NotEmpty(batch[1]!["error"]!.GetValue<string>());
    }

    private JsonObject Reported(string id, DateTimeOffset at, double kg) => new()
    {
        ["event_id"] = id,
        ["event_type"] = "logistics",
        ["supplier_id"] = _supplier,
        ["timestamp"] = at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'"),
        ["distance_km"] = 120,
        ["load_kg"] = 450,
        ["vehicle_type"] = "truck_diesel",
        ["fuel_type"] = "diesel",
        ["reported_co2_kg"] = kg,
    };

    private async Task RecordAsync(IEnumerable<JsonObject> events, string outcome = "accepted")
    {
        var body = new JsonObject { ["events"] = new JsonArray([.. events]) };
        var (status, answer) = await Gateway.PostAsync("/api/v1/emission-events:record", body.ToJsonString());
        Assert.True(status == HttpStatusCode.OK && Number(answer, outcome) == body["events"]!.AsArray().Count, $"{status} {answer}");
    }

    private static void Has(JsonNode answer, params string[] names) => Assert.All(names, name => Assert.True(answer.AsObject().ContainsKey(name), $"no {name} in {answer}"));

    private static double Number(JsonNode answer, string name) => answer[name]!.GetValue<double>();

    private static IEnumerable<double> Numbers(JsonNode answer, string name) => answer[name]!.AsArray().Select(each => each!.GetValue<double>());

    private static DateTimeOffset Time(JsonNode answer, string name) => DateTimeOffset.Parse(answer[name]!.GetValue<string>());
}

using System.Text.Json;
using Pylon.Cli.Client;
using Pylon.Cli.Commands;
using Spectre.Console;

namespace Pylon.Cli.Tests;

public sealed class ForecastTablesTests
{
    [Fact]
    public void ForecastShowsSourceModelAndBandsOfEachHour()
    {
        var answer = JsonSerializer.Deserialize<ForecastAnswer>(
            """
            {"points": [
                {"window": {"start_time": "2026-03-04T10:00:00Z", "end_time": "2026-03-04T10:30:00Z"}, "value": 111.25, "carbon_index": "moderate", "source": "carbon-intensity", "stale": true},
                {"window": {"start_time": "2026-03-04T10:30:00Z", "end_time": "2026-03-04T11:00:00Z"}, "value": 222, "source": "carbon-intensity"},
                {"window": {"start_time": "2026-03-04T11:00:00Z", "end_time": "2026-03-04T11:30:00Z"}, "value": 90, "source": "model", "model": "ridge-direct",
                 "band_80": {"lower": 70.5, "upper": 109.5}, "band_95": {"lower": 50, "upper": 130}}]}
            """,
            PylonClient.Json)!;

        var text = Text(Tables.Forecast(answer.Points!));

        Assert.Matches(@"2026-03-04 10:00 +111\.\d +– +– +moderate +carbon-intensity \(stale\)", text);
        Assert.Matches(@"2026-03-04 11:00 +90\.0 +70\.5 – 109\.5 +50\.0 – 130\.0 +model +ridge-direct", text);
        Assert.DoesNotContain("10:30", text);
    }

    [Fact]
    public void AccuracyShowsTheErrorBesideThatOfSimpleForecasts()
    {
        var answer = JsonSerializer.Deserialize<AccuracyAnswer>(
            """
            {"accuracy": [{"from_hour": 1, "to_hour": 6, "model": "level", "pairs": "12", "mean_absolute_error": 8.5, "mean_error": -1.5, "smape_percent": 4,
                           "coverage_80_percent": 75, "naive_mean_absolute_error": 20}]}
            """,
            PylonClient.Json)!;

        Assert.Matches(@"1–6 +level +-1\.5 +8\.5 +20\.0 +4\.0 +75\.0 +– +12", Text(Tables.Accuracy(answer.Accuracy!)));
    }

    private static string Text(Table table)
    {
        using var writer = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer), Ansi = AnsiSupport.No });
        console.Profile.Width = 160;
        console.Write(table);
        return writer.ToString();
    }
}

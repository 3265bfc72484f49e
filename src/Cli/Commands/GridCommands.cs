using System.CommandLine;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon grid forecast</c> and <c>pylon grid accuracy</c>: one call of the REST API each.</summary>
internal static class GridCommands
{
    public static Command Create(Checkout checkout) => new("grid", "The grid: its forecast, and how good forecasts have been") { Forecast(checkout), Accuracy(checkout) };

    private static Command Forecast(Checkout checkout)
    {
        var (series, region, json) = (Series(), Options.Positive<int>("--region", "1 to 18, for a carbon intensity; Great Britain without it"), Options.Json());
        var hours = Options.Positive<int>("--hours", "1 to 336; 48 without it. A forecast reaches 168");
        var known = new Option<string?>("--as-known-at") { Description = "As it was known at this time: 2026-05-01T12:00:00Z" };
        var start = new Option<string?>("--from") { Description = "The first half hour; now without it" };
        var command = new Command("forecast", "Show a forecast with its source and its bands: of each hour the first half hour") { series, region, hours, known, start, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var answer = await client.GetForecastAsync(
                Query(
                    parsed.GetRequiredValue(series), ("region_id", parsed.GetValue(region)?.ToString()), ("hours", parsed.GetValue(hours)?.ToString()),
                    ("as_known_at", parsed.GetValue(known)), ("start_time", parsed.GetValue(start))),
                cancellationToken);
            if (parsed.GetValue(json))
                Tables.WriteJson(answer);
            else
                Show(answer);
        });
        return command;
    }

    private static Command Accuracy(Checkout checkout)
    {
        var (series, region, json) = (Series(), Options.Positive<int>("--region", "1 to 18, for a carbon intensity; Great Britain without it"), Options.Json());
        var days = Options.Positive<int>("--days", "The last days that count, 1 to 90; 28 without it");
        var command = new Command("accuracy", "Show how far forecasts were from what came, by hours ahead") { series, region, days, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var answer = await client.GetForecastAccuracyAsync(
                Query(parsed.GetRequiredValue(series), ("region_id", parsed.GetValue(region)?.ToString()), ("days", parsed.GetValue(days)?.ToString())), cancellationToken);
            if (parsed.GetValue(json))
                Tables.WriteJson(answer);
            else if (answer.Accuracy is { Count: > 0 } accuracy)
                AnsiConsole.Write(Tables.Accuracy(accuracy));
            else
                Console.WriteLine("Nothing is measured yet: a forecast is held against what came from the hour after it on.");
        });
        return command;
    }

    private static void Show(ForecastAnswer answer)
    {
        AnsiConsole.Write(Tables.Forecast(answer.Points ?? []));
        if (answer.HistoryHours > 0)
            Console.WriteLine($"The model used {answer.HistoryHours} hours of history; {answer.HistoryHoursMissing} of them had no value and were filled.");
        if (answer.HalfHoursMissing > 0)
            Console.WriteLine($"{answer.HalfHoursMissing} half hours have no forecast: they are left out or synthetic.");
    }

    private static Option<string> Series()
    {
        var series = new Option<string>("--series") { Description = "What the values are", DefaultValueFactory = _ => "carbon-intensity" };
        series.AcceptOnlyFromAmong("carbon-intensity", "demand", "system-price", "market-index-price");
        return series;
    }

    private static string Query(string series, params (string Name, string? Value)[] more) => string.Join(
        '&',
        more.Where(one => one.Value is not null).Select(one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}")
            .Prepend("series=GRID_SERIES_" + series.ToUpperInvariant().Replace('-', '_')));
}

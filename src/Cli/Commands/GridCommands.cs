using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pylon.Cli.Output;
using Pylon.Ingestion.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>grid</c>: the regions, one of them, the mix, the forecast, and how good forecasts have been.</summary>
internal static class GridCommands
{
    private const int HoursShown = 24;

    public static Command Create(CommandContext context)
    {
        var grid = new Verb("grid", "Show the grid: each region now, the cleanest first, with its next 24 hours", "grid")
        {
            Region(context), Mix(context), Forecast(context), Accuracy(context),
        };
        return grid.Calls(context, async call =>
        {
            var answer = await call.Client.Grid.ListRegionalGridAsync(new(), cancellationToken: call.CancellationToken);
            if (call.Json)
                call.Screen.JsonList(answer.Regions);
            else if (answer.Regions.Count == 0)
                call.Screen.Line("No region has a value yet: the first run of the sources has not ended. See ./pylon runs");
            else
                call.Screen.Show(GridText.Regions(answer.Regions, await NextHoursAsync(call, answer.Regions.Select(one => one.RegionId))));
        });
    }

    private static Command Region(CommandContext context)
    {
        var region = Options.RangeArgument("region", "1 to 17, as the Carbon Intensity API has them", 1, 17);
        var command = new Verb("region", "Show a region: its intensity, its next 24 hours, its generation mix", "grid region 13") { region };
        return command.Calls(context, async call =>
        {
            var id = call.Required(region);
            var answer = await call.Client.Grid.ListRegionalGridAsync(new() { RegionId = { id } }, cancellationToken: call.CancellationToken);
            var found = answer.Regions.Count > 0 ? answer.Regions[0] : throw new CommandException($"Region {id} has no value yet. See ./pylon runs", ExitCode.NotFound);
            if (call.Json)
                call.Screen.Json(found);
            else
                call.Screen.Line(string.Join('\n', GridText.Region(found, (await NextHoursAsync(call, [id])).GetValueOrDefault(id, []))));
        });
    }

    private static Command Mix(CommandContext context) => new Verb("mix", "Show Great Britain now: intensity, demand, price, generation mix", "grid mix").Calls(context, async call =>
    {
        var answer = await call.Client.Grid.GetNationalGridAsync(new(), cancellationToken: call.CancellationToken);
        call.Show(answer.Grid, grid => call.Screen.Line(string.Join('\n', GridText.National(grid))));
    });

    private static Command Forecast(CommandContext context)
    {
        var (series, region) = (Series(), Options.Positive<int>("--region", "1 to 18, for a carbon intensity; Great Britain without it"));
        var hours = Options.Positive<int>("--hours", "1 to 336; 48 without it. A forecast reaches 168");
        var known = Options.Moment("--as-known-at", "As it was known at this time", context.Time);
        var start = Options.Moment("--from", "The first half hour; now without it", context.Time);
        var command = new Verb("forecast", "Show a forecast with its source and its bands: of each hour the first half hour", "grid forecast --region 13 --hours 24") { series, region, hours, known, start };
        return command.Calls(context, async call =>
        {
            var request = new GetForecastRequest
            {
                Series = Words.Read<GridSeries>(call.Value(series)!),
                Hours = call.Value(hours) ?? 0,
                AsKnownAt = call.Value(known)?.ToTimestamp(),
                StartTime = call.Value(start)?.ToTimestamp(),
            };
            if (call.Value(region) is { } number)
                request.RegionId = number;
            call.Show(await call.Client.Grid.GetForecastAsync(request, cancellationToken: call.CancellationToken), answer => Show(call.Screen, answer));
        });
    }

    private static Command Accuracy(CommandContext context)
    {
        var (series, region) = (Series(), Options.Positive<int>("--region", "1 to 18, for a carbon intensity; Great Britain without it"));
        var days = Options.Positive<int>("--days", "The last days that count, 1 to 90; 28 without it");
        var command = new Verb("accuracy", "Show how far forecasts were from what came, by hours ahead", "grid accuracy --series demand --days 7") { series, region, days };
        return command.Calls(context, async call =>
        {
            var request = new GetForecastAccuracyRequest { Series = Words.Read<GridSeries>(call.Value(series)!), Days = call.Value(days) ?? 0 };
            if (call.Value(region) is { } number)
                request.RegionId = number;
            var answer = await call.Client.Grid.GetForecastAccuracyAsync(request, cancellationToken: call.CancellationToken);
            call.Show(answer.Accuracy, GridText.Accuracy, "Nothing is measured yet: a forecast is held against what came from the hour after it on.");
        });
    }

    private static void Show(Screen screen, GetForecastResponse answer)
    {
        screen.Show(GridText.Forecast(answer.Points));
        if (answer.HistoryHours > 0)
            screen.Line($"The model used {Words.Count(answer.HistoryHours, "hour")} of history; {answer.HistoryHoursMissing} of them had no value and were filled.");
        if (answer.HalfHoursMissing > 0)
            screen.Line($"{Words.Count(answer.HalfHoursMissing, "half hour")} have no forecast: they are left out or synthetic.");
    }

    // A region without a forecast has no curve.
    private static async Task<IReadOnlyDictionary<int, IReadOnlyList<GridPoint>>> NextHoursAsync(Call call, IEnumerable<int> regions)
    {
        var found = await Task.WhenAll(regions.Select(async region =>
        {
            try
            {
                var request = new GetForecastRequest { Series = GridSeries.CarbonIntensity, RegionId = region, Hours = HoursShown };
                return (region, (await call.Client.Grid.GetForecastAsync(request, cancellationToken: call.CancellationToken)).Points);
            }
            catch (RpcException) when (!call.CancellationToken.IsCancellationRequested)
            {
                return (region, []);
            }
        }));
        return found.Where(one => one.Points.Count > 0).ToDictionary(one => one.region, IReadOnlyList<GridPoint> (one) => one.Points);
    }

    private static Option<string> Series()
    {
        var series = new Option<string>("--series") { Description = "What the values are", DefaultValueFactory = _ => "carbon-intensity" };
        series.AcceptOnlyFromAmong("carbon-intensity", "demand", "system-price", "market-index-price");
        return series;
    }
}


namespace Pylon.Sandbox.Grid.Neso;

/// <summary>
/// The simulated packages and resources, with their real names and ids, each with its own date format. The content of a
/// file depends on the time of its last change, not on the time of the request.
/// </summary>
internal static class NesoFiles
{
    private static readonly DateTimeOffset Unchanged = new(2024, 10, 23, 13, 11, 31, TimeSpan.Zero);

    public static readonly IReadOnlyList<NesoFile> All =
    [
        new("1-day-ahead-demand-forecast", "Day Ahead National Demand Forecast", "aec5601a-7f3e-4c4c-bf56-d8e4184d3c5b", "1_day_ahead.csv", Daily(9, 15), NesoForecasts.Cardinal(1)),
        new("1-day-ahead-demand-forecast", "Historic Day Ahead Demand Forecasts", "9847e7bb-986e-49be-8138-717b25933fbb", "historic_1_day_ahead.csv", Daily(9, 20), NesoForecasts.PastCardinal),
        new("2-day-ahead-demand-forecast", "2 Day Ahead Demand Forecast", "cda26f27-4bb6-4632-9fb5-2d029ca605e1", "2_day_ahead.csv", Daily(9, 15), NesoForecasts.Cardinal(2)),
        new("7-day-ahead-national-forecast", "7 Day Ahead Demand Forecast", "70d3d674-15a6-4e41-83b4-410440c0b0b9", "7_day_ahead.csv", Daily(9, 15), NesoForecasts.Cardinal(7)),
        new("2-14-days-ahead-national-demand-forecast", "2-14 Days Ahead Cardinal Point Forecast", "9af18ed4-efc8-4779-bef5-c0927fee9b0a", "2_14_cardinal.csv", Daily(10, 5), NesoForecasts.FortnightCardinal),
        new("2-14-days-ahead-national-demand-forecast", "2-14 Days Ahead Half Hourly Forecast", "7c0411cd-2714-4bb5-a408-adb065edf34d", "2_14_half_hourly.csv", Daily(10, 5), NesoForecasts.HalfHourly),
        new("day-ahead-half-hourly-demand-forecast-performance", "Day Ahead Half Hourly Demand Forecast Performance", "08e41551-80f8-4e28-a416-ea473a695db9", "performance.csv", Daily(8, 45), NesoForecasts.Performance),
        new("daily-demand-update", "Demand Data Update", "177f6fa4-ae49-4182-81ea-0c6b35f26ca6", "demanddataupdate.csv", Daily(8, 30), NesoDemand.Update),
        new("historic-demand-data", "2023", "bf5ab335-9b40-4ea4-b93a-ab4af7bce003", "demanddata_2023.csv", _ => Unchanged, _ => NesoDemand.Year(2023, "dd-MMM-yy")),
        new("historic-demand-data", "2024", "f6d02c0f-957b-48cb-82ee-09003f2ba759", "demanddata_2024.csv", _ => Unchanged, _ => NesoDemand.Year(2024, "dd-MMM-yyyy", upper: true)),
        new("historic-demand-data", "2025", "b2bde559-3455-4021-b179-dfe60c0337b0", "demanddata_2025.csv", _ => Unchanged, _ => NesoDemand.Year(2025, "yyyy-MM-dd")),
        new("embedded-wind-and-solar-forecasts", "Embedded Definition", "3808c680-b5c0-4eab-aac4-7abb6345e65b", "definition-of-embedded.docx", _ => Unchanged, null),
        new("embedded-wind-and-solar-forecasts", "Embedded Solar and Wind Forecast", "db6c038f-98af-4570-ab60-24d71ebd0ae5", "embedded_forecast.csv", Hourly(25), NesoForecasts.Embedded),
    ];

    public static string Text(DateOnly date, string format, bool upper = false)
    {
        var text = date.ToDateTime(TimeOnly.MinValue).ToString(format);
        return upper ? text.ToUpperInvariant() : text;
    }

    private static Func<DateTimeOffset, DateTimeOffset> Daily(int hour, int minute) => now =>
    {
        var today = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero) + new TimeSpan(hour, minute, 0);
        return today <= now ? today : today.AddDays(-1);
    };

    private static Func<DateTimeOffset, DateTimeOffset> Hourly(int minute) => now =>
    {
        var thisHour = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero).AddMinutes(minute);
        return thisHour <= now ? thisHour : thisHour.AddHours(-1);
    };
}

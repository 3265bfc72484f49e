using System.Globalization;

namespace Pylon.Sandbox.Grid.Simulation;

/// <summary>
/// The settlement day: midnight to midnight in London, in settlement periods from 1. It has 46 of them when the clocks go
/// forward and 50 when they go back.
/// </summary>
internal static class SettlementDay
{
    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    public static DateTimeOffset Midnight(DateOnly date)
    {
        var local = date.ToDateTime(TimeOnly.MinValue);
        return new DateTimeOffset(local, London.GetUtcOffset(local)).ToUniversalTime();
    }

    public static DateTime Local(DateTimeOffset moment) => TimeZoneInfo.ConvertTime(moment, London).DateTime;

    public static DateOnly Of(DateTimeOffset moment) => DateOnly.FromDateTime(Local(moment));

    public static int Period(DateTimeOffset window) => (int)((window - Midnight(Of(window))) / HalfHours.Length) + 1;

    /// <summary>All half hours of the day.</summary>
    public static IEnumerable<DateTimeOffset> Windows(DateOnly date) =>
        HalfHours.From(Midnight(date), (int)((Midnight(date.AddDays(1)) - Midnight(date)) / HalfHours.Length));

    public static IEnumerable<DateTimeOffset> Windows(DateOnly first, DateOnly last) =>
        Enumerable.Range(0, last.DayNumber - first.DayNumber + 1).SelectMany(i => Windows(first.AddDays(i)));

    public static bool TryRead(string? text, out DateOnly date) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    public static string Write(DateOnly date) => date.ToString("yyyy-MM-dd");
}

using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;

namespace Pylon.Cli.Output;

/// <summary>Numbers and times, rounded as a person reads them: about three digits count.</summary>
internal static class Figures
{
    private static readonly string[] Masses = ["g", "kg", "t"];

    /// <summary>1,932, 16.1, 1.05, 0.0746; a dash for an absent one.</summary>
    public static string Number(double? value)
    {
        if (value is not { } known || !double.IsFinite(known))
            return Words.None;
        var size = Math.Abs(known);
        // What is rounded up to 10 or 100 is written like it.
        if (size >= 99.95)
            return Text(known, "#,0");
        if (size >= 9.995)
            return Text(known, "0.#");
        if (size >= 0.9995)
            return Text(known, "0.##");
        if (size < 1e-9)
            return "0";
        var digits = Math.Min(2 - (int)Math.Floor(Math.Log10(size)), 12);
        return Text((double)Math.Round((decimal)known, digits, MidpointRounding.AwayFromZero), "0." + new string('#', digits));
    }

    /// <summary>Pounds: two decimals from 1 pound on.</summary>
    public static string Pounds(double? value) => value is { } known && Math.Abs(known) >= 0.995 ? Text(known, "#,0.00") : Number(value);

    /// <summary>A mass in g, kg or t.</summary>
    public static string Mass(double? grams)
    {
        if (grams is not { } known || !double.IsFinite(known))
            return Words.None;
        var unit = 0;
        for (; Math.Abs(known) >= 999.5 && unit < Masses.Length - 1; unit++)
            known /= 1000;
        return $"{Number(known)} {Masses[unit]}";
    }

    public static string Kilograms(double? kilograms) => Mass(kilograms * 1000);

    public static string Percent(double? value) => value is { } known ? Text(known, Math.Abs(known) >= 99.95 ? "#,0" : "0.#") + " %" : Words.None;

    /// <summary>2026-03-01 09:00, in UTC.</summary>
    public static string Moment(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? Words.None;

    /// <inheritdoc cref="Moment(DateTimeOffset?)"/>
    public static string Moment(Timestamp? time) => Moment(time?.ToDateTimeOffset());

    /// <summary>09:00:00.125, in UTC.</summary>
    public static string Clock(Timestamp? time) => time?.ToDateTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture) ?? Words.None;

    /// <summary>2026-03-01 09:00 – 13:00.</summary>
    public static string Period(Window? window)
    {
        if (window is not { StartTime: { } start, EndTime: { } end })
            return Words.None;
        var (from, to) = (start.ToDateTime(), end.ToDateTime());
        return $"{Moment(start)} – {to.ToString(from.Date == to.Date ? "HH:mm" : "MM-dd HH:mm", CultureInfo.InvariantCulture)}";
    }

    /// <summary>4.2 s, 12 min, 3 h, 2 days.</summary>
    public static string Length(TimeSpan time) => time.Duration() switch
    {
        { TotalSeconds: < 60 } => $"{Number(time.TotalSeconds)} s",
        { TotalMinutes: < 60 } => $"{Number(time.TotalMinutes)} min",
        { TotalHours: < 48 } => $"{Number(time.TotalHours)} h",
        _ => $"{Number(time.TotalDays)} days",
    };

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture) is var text && text == "-0" ? "0" : text;
}

using System.Globalization;
using System.Text.Json;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Sources;

/// <summary>
/// One row of a source, read column by column. The first problem is kept in <see cref="Problem"/>; the values read are then
/// invalid, so a reader checks it once, at the end.
/// </summary>
internal sealed class Row(Func<string, string?> column, string body, long line = 0)
{
    private const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;

    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd HH:mmK", "yyyy-MM-dd HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd HH:mm:sszzz", "dd/MM/yyyy HH:mm", "dd/MM/yyyy HH:mm:ss",
    ];

    // NESO has used each of these for the same column over the years.
    private static readonly string[] DateFormats =
    [
        "yyyy-MM-dd", "dd-MMM-yyyy", "dd-MMM-yy", "d-MMM-yy", "d-MMM-yyyy", "dd/MM/yyyy", "d/M/yyyy", "yyyyMMdd", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm:ss",
    ];

    public string Body { get; } = body;

    public long Line { get; } = line;

    public string? Problem { get; private set; }

    public static Row From(JsonElement element) =>
        new(name => TextOf(element, name), element.GetRawText());

    public void Fail(string reason) => Problem ??= reason;

    /// <summary>Null when it is not there, null or blank.</summary>
    public string? Text(string name) => column(name)?.Trim() is { Length: > 0 } text ? text : null;

    public decimal Number(string name, SeriesDefinition series) => Number(name, series.Least, series.Most);

    public decimal? OptionalNumber(string name, SeriesDefinition series) => OptionalNumber(name, series.Least, series.Most);

    public decimal Number(string name, decimal min, decimal max)
    {
        var number = OptionalNumber(name, min, max);
        if (number is null)
            Fail($"{name} is missing");
        return number ?? 0;
    }

    public decimal? OptionalNumber(string name, decimal min, decimal max)
    {
        if (Text(name) is not { } text)
            return null;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            Fail($"{name} is not a number");
        else if (number < min || number > max)
            Fail($"{name} {number} is not from {min} to {max}");
        return number;
    }

    /// <summary>A time with its offset; without one it is UTC.</summary>
    public DateTimeOffset Time(string name)
    {
        if (ParseTime(Text(name)) is { } time)
            return time;
        Fail(Text(name) is null ? $"{name} is missing" : $"{name} is not a time");
        return default;
    }

    public static DateTimeOffset? ParseTime(string? text) =>
        DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, Utc, out var time) && IsSane(time.Year) ? time : null;

    /// <summary>A time on the clock of London, without offset.</summary>
    public DateTimeOffset? OptionalLocalTime(string name) =>
        Text(name) is { } text && ParseTime(text) is { } time ? London.Instant(time.DateTime) : null;

    public DateOnly Date(string name)
    {
        if (Text(name) is { } text && DateTime.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && IsSane(date.Year))
            return DateOnly.FromDateTime(date);
        Fail(Text(name) is null ? $"{name} is missing" : $"{name} is not a date");
        return default;
    }

    /// <summary>The half hour from one column to the other; it must be one.</summary>
    public DateTimeOffset HalfHourFrom(string from, string to)
    {
        var start = HalfHourAt(from);
        if (Problem is null && Text(to) is not null && Time(to) != start + HalfHour.Length)
            Fail($"{from} to {to} is not a half hour");
        return start;
    }

    public DateTimeOffset HalfHourAt(string name)
    {
        var start = Time(name);
        if (Problem is null && HalfHour.Containing(start) != start)
            Fail($"{name} is not the start of a half hour");
        return start;
    }

    public SettlementPeriod Period(string date, string period)
    {
        var day = Date(date);
        var number = Number(period, 1, 50);
        if (Problem is not null)
            return default;
        if (number == Math.Truncate(number) && SettlementPeriod.Of(day, (int)number) is { } found)
            return found;
        Fail($"{day:yyyy-MM-dd} has {SettlementPeriod.CountOn(day)} settlement periods and no {number}");
        return default;
    }

    // So that adding to such a time cannot overflow.
    private static bool IsSane(int year) => year is > 1000 and < 9000;

    /// <summary>Names in any case: columns have changed theirs.</summary>
    private static string? TextOf(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        if (!element.TryGetProperty(name, out var value))
            value = element.EnumerateObject().FirstOrDefault(p => p.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            _ => value.GetRawText(),
        };
    }
}

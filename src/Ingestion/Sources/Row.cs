using System.Globalization;
using System.Text.Json;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Sources;

/// <summary>
/// One row of a source, read column by column. The first problem of what identifies it is kept in <see cref="Problem"/>, so a
/// reader checks it once, at the end; a bad value is null, and its problem is in <see cref="ValueProblem"/>.
/// </summary>
internal sealed class Row(Func<string, string?> column, string body, long line = 0)
{
    private const int LongestLabel = 100;
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

    /// <summary>Why nothing of the row can be used, such as a time that cannot be read.</summary>
    public string? Problem { get; private set; }

    /// <summary>Why one of its values cannot be used; the others are good.</summary>
    public string? ValueProblem { get; private set; }

    /// <summary>A part of a row, which is checked as a whole elsewhere.</summary>
    public static Row From(JsonElement element) =>
        new(name => TextOf(element, name), element.ValueKind == JsonValueKind.Undefined ? "" : element.GetRawText());

    /// <summary>A whole row; what PostgreSQL cannot store is its problem.</summary>
    public static Row Whole(JsonElement element)
    {
        var row = From(element);
        row.Problem = element.Unstorable();
        return row;
    }

    public void Fail(string reason) => Problem ??= reason;

    /// <summary>Rejects one value and keeps the others.</summary>
    public void Reject(string reason) => ValueProblem ??= reason;

    /// <summary>Null when it is not there, null or blank.</summary>
    public string? Text(string name) => column(name)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>A value that the row should have; null when it is missing or bad, which rejects it alone.</summary>
    public decimal? Value(string name, SeriesDefinition series)
    {
        if (Text(name) is null)
            Reject($"{name} is missing");
        return OptionalValue(name, series.Least, series.Most);
    }

    public decimal? OptionalValue(string name, SeriesDefinition series) => OptionalValue(name, series.Least, series.Most);

    /// <summary>A value that the row may have; null when it is absent or bad, which rejects it alone.</summary>
    public decimal? OptionalValue(string name, decimal min, decimal max)
    {
        if (Read(name, min, max, out var number) is not { } problem)
            return number;
        Reject(problem);
        return null;
    }

    /// <summary>A text by which values are told apart; it is part of a key, and so not long.</summary>
    public string? Label(string name)
    {
        var text = Text(name);
        if (text?.Length > LongestLabel)
            Fail($"{name} has more than {LongestLabel} characters");
        return text;
    }

    public decimal Number(string name, decimal min, decimal max)
    {
        var number = OptionalNumber(name, min, max);
        if (number is null)
            Fail($"{name} is missing");
        return number ?? 0;
    }

    public decimal? OptionalNumber(string name, decimal min, decimal max)
    {
        if (Read(name, min, max, out var number) is not { } problem)
            return number;
        Fail(problem);
        return null;
    }

    private string? Read(string name, decimal min, decimal max, out decimal? number)
    {
        number = null;
        if (Text(name) is not { } text)
            return null;
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var read))
            return $"{name} is not a number";
        number = read;
        return read < min || read > max ? $"{name} {read} is not from {min} to {max}" : null;
    }

    /// <summary>A time with its offset; without one it is UTC.</summary>
    public DateTimeOffset Time(string name)
    {
        if (ParseTime(Text(name)) is { } time)
            return time;
        Fail(Text(name) is null ? $"{name} is missing" : $"{name} is not a time");
        return default;
    }

    /// <summary>To the microsecond, as PostgreSQL keeps it.</summary>
    public static DateTimeOffset? ParseTime(string? text) =>
        DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, Utc, out var time) && IsSane(time.Year)
            ? time.AddTicks(-(time.Ticks % TimeSpan.TicksPerMicrosecond))
            : null;

    /// <summary>A time on the clock of London, without offset.</summary>
    public DateTimeOffset? OptionalLocalTime(string name) =>
        Text(name) is { } text && ParseTime(text) is { } time ? London.Instant(time.DateTime) : null;

    /// <summary>The name of a carbon index, or null.</summary>
    public string? Index(string name)
    {
        var text = Text(name);
        if (text is null || CarbonIndex.Names.Contains(text))
            return text;
        Reject($"{name} '{text}' is not one of {string.Join(", ", CarbonIndex.Names)}");
        return null;
    }

    public DateOnly Date(string name)
    {
        if (Text(name) is { } text && DateTime.TryParseExact(text, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && IsSane(date.Year - 100))
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

    // Each month takes a partition, so a year far off is a mistake; and adding to such a time cannot overflow.
    private static bool IsSane(int year) => year is > 1800 and < 2200;

    /// <summary>Names in any case: columns have changed theirs.</summary>
    private static string? TextOf(JsonElement element, string name)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        var value = element.Get(name);
        if (value.ValueKind == JsonValueKind.Undefined)
            value = element.EnumerateObject().FirstOrDefault(p => JsonBody.NameOf(p)?.Equals(name, StringComparison.OrdinalIgnoreCase) == true).Value;
        return value.ValueKind switch
        {
            JsonValueKind.String => value.StorableText(),
            JsonValueKind.Undefined or JsonValueKind.Null => null,
            _ => value.GetRawText(),
        };
    }
}

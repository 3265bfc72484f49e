using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Pylon.Common.V1;

namespace Pylon.Web.Words;

/// <summary>Times in the zone that the reader chose: UTC, or London with its summer time.</summary>
public sealed class Clock(IHttpContextAccessor http, TimeProvider time)
{
    /// <summary>The cookie with the choice: utc or london.</summary>
    public const string Cookie = "pylon_zone";

    // As a browser sends them: with seconds only where there are some.
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.FFF"];

    private static readonly TimeZoneInfo London = TimeZoneInfo.FindSystemTimeZoneById("Europe/London");

    public bool IsLondon => string.Equals(http.HttpContext?.Request.Cookies[Cookie], "london", StringComparison.Ordinal);

    public string ZoneName => IsLondon ? "London time" : "UTC";

    public DateTimeOffset Now => time.GetUtcNow();

    public DateTimeOffset Local(DateTimeOffset at) => IsLondon ? TimeZoneInfo.ConvertTime(at, London) : at.ToUniversalTime();

    /// <summary>For example Thu 26 Nov 09:30.</summary>
    public string Minute(DateTimeOffset at) => Local(at).ToString("ddd d MMM HH:mm", CultureInfo.InvariantCulture);

    public string Minute(Timestamp? at) => at is null ? "not known" : Minute(at.ToDateTimeOffset());

    /// <summary>With its seconds, for what happens quickly.</summary>
    public string Second(Timestamp? at) => at is null ? "not known" : Local(at.ToDateTimeOffset()).ToString("d MMM HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>For example Thu 26 Nov 09:30–11:30.</summary>
    public string Window(Window? window)
    {
        if (window?.StartTime is null || window.EndTime is null)
            return "not known";
        var (start, end) = (window.StartTime.ToDateTimeOffset(), window.EndTime.ToDateTimeOffset());
        return Local(start).Date == Local(end).Date ? $"{Minute(start)}–{Local(end):HH:mm}" : $"{Minute(start)} – {Minute(end)}";
    }

    /// <summary>For example 3 min ago, or in 2 h.</summary>
    public string Distance(Timestamp? at)
    {
        if (at is null)
            return "never";
        var distance = Now - at.ToDateTimeOffset();
        if (distance.Duration() < TimeSpan.FromSeconds(5))
            return "just now";
        return distance >= TimeSpan.Zero ? $"{Say.Span(distance)} ago" : $"in {Say.Span(distance)}";
    }

    /// <summary>What an input of the type datetime-local holds, as a time; null when it is empty.</summary>
    /// <param name="field">Named when it holds no time.</param>
    public Timestamp? Read(string field, string text)
    {
        if (text.Length == 0)
            return null;
        if (!DateTime.TryParseExact(text, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            throw Refusal.Of(field, "must be a time such as 2026-11-26T09:30");
        var zone = IsLondon ? London : TimeZoneInfo.Utc;
        // The hour that the change to summer time leaves out is read as the one after it.
        var known = zone.IsInvalidTime(local) ? local.AddHours(1) : local;
        return Timestamp.FromDateTimeOffset(new DateTimeOffset(known, zone.GetUtcOffset(known)));
    }

    /// <summary>For an input of the type datetime-local.</summary>
    public string Input(DateTimeOffset at) => Local(at).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Xml;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp.Orders;

/// <summary>A window of the catalogue on a specific day.</summary>
internal sealed record Slot(DateTimeOffset Start, DateTimeOffset End)
{
    public string Duration => XmlConvert.ToString(End - Start);

    [JsonIgnore]
    public decimal Hours => (decimal)(End - Start).TotalHours;

    /// <summary>
    /// The current or next occurrence of the window. Catalogues give times of day (10:00:00Z); a window that ends at or before
    /// its start ends on the next day. Full times are used unchanged; a window without times is the next 4 hours.
    /// </summary>
    public static Slot Next(JObject item, DateTimeOffset now)
    {
        var window = item["beckn:itemAttributes"] is JObject attributes ? attributes["beckn:timeWindow"] : null;
        var start = Read(window, "start", now);
        var end = Read(window, "end", now);
        if (start is null || end is null)
            return new Slot(now, now.AddHours(4));
        var isTimeOfDay = !Json.Text(window, "start")!.Contains('T', StringComparison.Ordinal);
        if (end <= start)
            end = end.Value.AddDays(1);
        var isOver = isTimeOfDay && end <= now;
        return new Slot(start.Value.AddDays(isOver ? 1 : 0), end.Value.AddDays(isOver ? 1 : 0));
    }

    private static DateTimeOffset? Read(JToken? window, string name, DateTimeOffset now)
    {
        if (Json.Text(window, name) is not { } text)
            return null;
        var full = text.Contains('T', StringComparison.Ordinal) ? text : now.UtcDateTime.ToString("yyyy-MM-dd'T'") + text;
        return DateTimeOffset.TryParse(full, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : null;
    }
}

using System.Globalization;
using System.Text.Json.Nodes;

namespace Pylon.Cli.Commands;

/// <summary>What the options of <c>pylon plan</c> ask for.</summary>
internal sealed record AskedPlan(
    TimeSpan Duration, TimeSpan? Slack, int? Region, IReadOnlyList<string> Zones, bool Interruptible, TimeSpan? MinPiece, int? GpuMins, DateTimeOffset? Deadline, string? Series, TimeSpan? Step, bool Price)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    /// <summary>The request of <c>POST /api/v1/plans:window</c>; reads the file.</summary>
    public JsonObject Request(DateTimeOffset now)
    {
        var step = Step ?? (Series is null ? HalfHour : Hour);
        var job = new JsonObject { ["duration"] = Text(Duration), ["interruptible"] = Interruptible || MinPiece is not null };
        if (Slack is { } slack)
            job["slack"] = Text(slack);
        if (MinPiece is { } piece)
            job["min_piece_steps"] = (int)Math.Ceiling(piece / step);
        if (GpuMins is { } minutes)
            job["gpu_mins"] = minutes;
        if (Deadline is { } deadline)
            job["limits"] = new JsonObject { ["deadline"] = deadline.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) };
        var request = new JsonObject { ["places"] = new JsonArray([.. Places(now, step)]), ["job"] = job };
        if (Step is not null)
            request["step"] = Text(step);
        return request;
    }

    private IEnumerable<JsonObject> Places(DateTimeOffset now, TimeSpan step)
    {
        if (Series is { } file)
        {
            yield return new JsonObject { ["zone"] = Path.GetFileNameWithoutExtension(file), ["carbon"] = Inline(file, now, step) };
            yield break;
        }

        foreach (var zone in Zones)
            yield return Place(new JsonObject { ["grid_zone_code"] = zone });
        if (Zones.Count == 0)
            yield return Place(Region is { } region ? new JsonObject { ["region_id"] = region } : []);
    }

    private JsonObject Place(JsonObject place)
    {
        if (Price)
            place["price"] = new JsonObject { ["forecast"] = new JsonObject() };
        return place;
    }

    private static JsonObject Inline(string file, DateTimeOffset now, TimeSpan step)
    {
        var start = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % step.Ticks), TimeSpan.Zero);
        return new JsonObject
        {
            ["inline"] = new JsonObject
            {
                ["values"] = new JsonArray([.. SeriesFile.Read(file).Select(value => JsonValue.Create(value))]),
                ["step"] = Text(step),
                ["start_time"] = start.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            },
        };
    }

    private static string Text(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "s";
}

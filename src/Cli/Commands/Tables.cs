using System.Text.Json;
using System.Text.Json.Nodes;
using Pylon.Cli.Client;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary>The tables that the commands print.</summary>
internal static class Tables
{
    private static readonly JsonSerializerOptions Indented = new(PylonClient.Json) { WriteIndented = true };

    public static void WriteJson<T>(T value) => Console.WriteLine(JsonSerializer.Serialize(value, Indented));

    public static Table Recommendations(Workload workload)
    {
        var table = Plain("rank", "zone", "area", ">renewable %", ">gCO2/kWh", "window (UTC)", ">score", ">kWh", ">GBP", ">gCO2", "source", "booking");
        foreach (var one in workload.Recommendations.OrderBy(one => one.Rank))
        {
            Add(
                table,
                (workload.ChosenOption == one.Rank ? "▸" : " ") + one.Rank.ToString(),
                one.GridZoneCode,
                Area(one),
                one.RenewableMixPercent.ToString("0.0"),
                one.CarbonIntensityGco2Kwh?.ToString("0.0") ?? "–",
                Period(one.Window) + (one.WindowExpired ? " (over)" : ""),
                one.Score.ToString("0.0"),
                one.EnergyKwh is { } energy ? (one.IsAssumed ? "≈" : "") + energy.ToString("0.##") : "–",
                one.ExpectedPriceGbp?.ToString("0.00##") ?? "–",
                one.ExpectedGco2?.ToString("0") ?? "–",
                one.Origin,
                one.Booking);
        }

        return table;
    }

    public static Table Workloads(IEnumerable<Workload> workloads)
    {
        var table = Plain("id", "name", "state", ">choice", "submitted (UTC)");
        foreach (var one in workloads)
        {
            var choice = one.ChosenOption > 0 ? one.ChosenOption.ToString() : "";
            Add(table, one.Id, one.WorkloadName, one.State, choice, Moment(one.SubmittedAt));
        }

        return table;
    }

    /// <summary>A row an hour: its first half hour.</summary>
    public static Table Forecast(IEnumerable<ForecastPoint> points)
    {
        var table = Plain("from (UTC)", ">value", ">80 %", ">95 %", "index", "source", "model");
        foreach (var one in points.Where(point => point.Window.StartTime?.Minute == 0))
            Add(table, Moment(one.Window.StartTime), Number(one.Value), Range(one.Band80), Range(one.Band95), one.CarbonIndex, one.Source + (one.Stale ? " (stale)" : ""), one.Model);
        return table;
    }

    public static Table Accuracy(IEnumerable<ForecastAccuracy> accuracy)
    {
        var table = Plain("hours ahead", "forecast", ">mean error", ">absolute", ">of the better of last day and week", ">sMAPE %", ">in 80 %", ">in 95 %", ">pairs");
        foreach (var one in accuracy)
        {
            Add(
                table, $"{one.FromHour}–{one.ToHour}", one.Model, Number(one.MeanError), Number(one.MeanAbsoluteError), Number(one.NaiveMeanAbsoluteError), Number(one.SmapePercent),
                Number(one.Coverage80Percent), Number(one.Coverage95Percent), one.Pairs.ToString());
        }

        return table;
    }

    public static Table Decisions(IEnumerable<Decision> decisions)
    {
        var table = Plain("decided (UTC)", "decision", "workload", "why");
        // The reason is the last column, and is read in full.
        table.Columns[^1].NoWrap = false;
        foreach (var one in decisions)
            Add(table, Moment(one.DecidedAt), one.Type, one.WorkloadId, one.Reasoning);
        return table;
    }

    /// <summary>Objects of the API, a column for each of the fields; an enum without its prefix.</summary>
    public static Table Objects(IEnumerable<JsonNode> objects, IReadOnlyList<string> fields)
    {
        var table = Plain([.. fields]);
        foreach (var one in objects)
            Add(table, [.. fields.Select(field => Word($"{one[field]}"))]);
        return table;
    }

    public static Table Processes(IEnumerable<ProcessRow> rows)
    {
        var table = Plain("process", "state", ">pid", "address", "since (UTC)", ">memory", ">of it program files");
        foreach (var row in rows)
        {
            var restarts = row.Restarts > 0 ? $" (restarted {row.Restarts}×)" : "";
            Add(table, row.Process, row.State + restarts, row.Pid.ToString(), row.Address, Moment(row.Since), Megabytes(row.MemoryBytes), Megabytes(row.FileBytes));
        }

        return table;
    }

    /// <summary>A heading that begins with '&gt;' makes a right-aligned column.</summary>
    private static Table Plain(params string[] headings)
    {
        var table = new Table { Border = TableBorder.Simple, Expand = false };
        foreach (var heading in headings)
        {
            var column = new TableColumn(new Text(heading.TrimStart('>'), new Style(Color.Grey))) { NoWrap = true };
            table.AddColumn(heading.StartsWith('>') ? column.RightAligned() : column);
        }

        return table;
    }

    private static void Add(Table table, params string[] cells) => table.AddRow(cells.Select(cell => new Text(cell)));

    private static string Area(Recommendation one)
    {
        string[] parts = [one.ZoneName, one.Locality, one.Region];
        return string.Join(", ", parts.Where(part => part.Length > 0).Distinct().Take(2));
    }

    private static string Period(Window? window)
    {
        if (window is not { StartTime: { } start, EndTime: { } end })
            return "–";
        var (from, to) = (start.UtcDateTime, end.UtcDateTime);
        var until = from.Date == to.Date ? to.ToString("HH:mm") : Moment(end);
        return $"{Moment(start)} – {until}";
    }

    private static string Range(ForecastBand? band) => band is null ? "–" : $"{Number(band.Lower)} – {Number(band.Upper)}";

    private static string Number(double? value) => value?.ToString("0.0") ?? "–";

    // DATA_CENTRE_STATUS_ACTIVE is ACTIVE; what a user wrote stays.
    private static string Word(string text)
    {
        string[] prefixes = ["OPERATOR_TYPE_", "USER_ROLE_", "DATA_CENTRE_STATUS_", "STORAGE_ASSET_STATUS_", "AGENT_TYPE_", "AGENT_STATUS_", "RECORD_SOURCE_"];
        return Array.Find(prefixes, prefix => text.StartsWith(prefix, StringComparison.Ordinal)) is { } found ? text[found.Length..] : text;
    }

    private static string Megabytes(long? bytes) => bytes is { } known ? $"{known / 1048576.0:0} MB" : "–";

    private static string Moment(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm") ?? "";
}

/// <summary>A line of <c>pylon status</c>.</summary>
internal sealed record ProcessRow(string Process, string State, int Pid, string Address, DateTimeOffset Since, long? MemoryBytes, long? FileBytes, int Restarts, string Log);

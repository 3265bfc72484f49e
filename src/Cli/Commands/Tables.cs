using System.Text.Json;
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

    private static string Megabytes(long? bytes) => bytes is { } known ? $"{known / 1048576.0:0} MB" : "–";

    private static string Moment(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm") ?? "";
}

/// <summary>A line of <c>pylon status</c>.</summary>
internal sealed record ProcessRow(string Process, string State, int Pid, string Address, DateTimeOffset Since, long? MemoryBytes, long? FileBytes, int Restarts, string Log);

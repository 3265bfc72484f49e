using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary>What the options of <c>pylon plan</c> ask for.</summary>
internal sealed record AskedPlan(
    TimeSpan Duration, TimeSpan? Slack, int? Region, IReadOnlyList<string> Zones, bool Interruptible, TimeSpan? MinPiece, int? GpuMins, DateTimeOffset? Deadline, string? Series, TimeSpan? Step, bool Price)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan HalfHour = TimeSpan.FromMinutes(30);

    /// <summary>The request; reads the file.</summary>
    public PlanWindowRequest Request(DateTimeOffset now)
    {
        var step = Step ?? (Series is null ? HalfHour : Hour);
        var job = new PlanJob { Duration = Duration.ToDuration(), Interruptible = Interruptible || MinPiece is not null };
        if (Slack is { } slack)
            job.Slack = slack.ToDuration();
        if (MinPiece is { } piece)
            job.MinPieceSteps = (int)Math.Ceiling(piece / step);
        if (GpuMins is { } minutes)
            job.GpuMins = minutes;
        if (Deadline is { } deadline)
            job.Limits = new PlanLimits { Deadline = deadline.ToTimestamp() };
        return new PlanWindowRequest { Places = { Places(now, step) }, Job = job, Step = Step is null ? null : step.ToDuration() };
    }

    private IEnumerable<PlanPlace> Places(DateTimeOffset now, TimeSpan step)
    {
        if (Series is { } file)
        {
            yield return new PlanPlace { Zone = Path.GetFileNameWithoutExtension(file), Carbon = new PlanSeries { Inline = Inline(file, now, step) } };
            yield break;
        }

        foreach (var zone in Zones)
            yield return Place(new PlanPlace { GridZoneCode = zone });
        if (Zones.Count == 0)
            yield return Place(Region is { } region ? new PlanPlace { RegionId = region } : new PlanPlace());
    }

    private PlanPlace Place(PlanPlace place)
    {
        if (Price)
            place.Price = new PlanSeries { Forecast = new PlanForecast() };
        return place;
    }

    private static PlanInlineSeries Inline(string file, DateTimeOffset now, TimeSpan step)
    {
        var start = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % step.Ticks), TimeSpan.Zero);
        return new PlanInlineSeries { Values = { SeriesFile.Read(file) }, Step = step.ToDuration(), StartTime = start.ToTimestamp() };
    }
}

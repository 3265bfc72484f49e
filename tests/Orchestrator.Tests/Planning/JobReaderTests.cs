using Google.Protobuf.WellKnownTypes;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Orchestrator.Planning;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using static Pylon.Orchestrator.Tests.Planning.Requests;
using PlanLimits = Pylon.Orchestrator.V1.PlanLimits;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>Jobs on half hours, the first of which may have begun.</summary>
public sealed class JobReaderTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    // Work of half an hour that starts at 12:28 ends at 12:58.
    [InlineData("12:28", 1, "12:30", "2026-03-04T13:00:00Z")]
    [InlineData("12:28", 1, "12:57", "2026-03-04T13:00:00Z")]
    [InlineData("12:28", 1, "12:58", null)]
    [InlineData("12:28", 2, "13:00", "2026-03-04T13:30:00Z")]
    [InlineData("12:28", 2, "13:30", null)]
    [InlineData("12:00", 1, "12:30", null)]
    // The series is of another time.
    [InlineData("12:30", 1, "12:30", null)]
    [InlineData(null, 1, "12:30", null)]
    public void WorkThatStartsNowMustEndByTheDeadline(string? now, int duration, string deadline, string? enough)
    {
        var job = Job(0, duration);
        job.Limits = new PlanLimits { Deadline = OClock(deadline).ToTimestamp() };

        var (places, read) = Read(now, job);

        if (enough is null)
            Assert.Equal(0, JobPlanner.Plan(read, places, "job", CancellationToken.None).Best.First);
        else
            Assert.Equal(("NO_FEASIBLE_WINDOW", "deadline", enough), Refused(read, places));
    }

    [Fact]
    public void ADeadlineInStepsIsATimeToo()
    {
        var job = Job(0, 1);
        job.Limits = new PlanLimits { DeadlineStep = 1 };

        var (places, read) = Read("12:28", job);

        Assert.Equal(("NO_FEASIBLE_WINDOW", "deadline", "2026-03-04T13:00:00Z"), Refused(read, places));
    }

    private static (string, string, string) Refused(Job job, Places places)
    {
        var refusal = Assert.Throws<RefusalException>(() => JobPlanner.Plan(job, places, "job", CancellationToken.None)).Refusal;
        return (refusal.Reason, refusal.Metadata["binding"], refusal.Metadata["relax_deadline"]);
    }

    private static (Places Places, Job Job) Read(string? now, PlanJob job)
    {
        var places = HalfHours([1, 2, 3, 4, 5, 6], now is null ? null : OClock(now));
        return (places, new JobReader(places, new PlanningOptions()).Read(job, "job", 0));
    }

    private static DateTimeOffset OClock(string time) => Noon + (TimeSpan.Parse(time, System.Globalization.CultureInfo.InvariantCulture) - Noon.TimeOfDay);

    private static Places HalfHours(double[] carbon, DateTimeOffset? now)
    {
        var step = TimeSpan.FromMinutes(30);
        var values = new StepValues { Start = Noon, Step = step, Values = carbon, Sources = [new ValueSource(PlanValueKind.Published, "neso")] };
        var series = PreparedSeries.Of(values, step, 0, isPrice: false, "carbon");
        return new Places([new Place(new PlanZone("gb", series.Series), series, null)], Noon, step, now);
    }
}

using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Tests.Running;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using static Pylon.Orchestrator.Tests.Planning.Requests;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>Series that Ingestion has.</summary>
public sealed class StoredSeriesTests : IAsyncLifetime
{
    private OrchestratorStack _stack = null!;

    private FakeIngestion Ingestion => _stack.Ingestion;

    /// <inheritdoc/>
    public async Task InitializeAsync() => _stack = await OrchestratorStack.StartAsync();

    /// <inheritdoc/>
    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task SeriesIsReadAgainOnlyWhenItsVersionChanges()
    {
        Ingestion.Series[(GridSeries.CarbonIntensity, 5)] = MadeUp(96);

        var first = await PlanAsync(Stored(5));
        var second = await PlanAsync(Stored(5));
        Assert.Equal((1, first.Plan), (Ingestion.Reads, second.Plan));
        Assert.Equal(first.Data[0].Carbon.ReadAt, second.Data[0].Carbon.ReadAt);

        (Ingestion.Series[(GridSeries.CarbonIntensity, 5)], Ingestion.Version) = ([.. Enumerable.Repeat(9.0, 96)], "2");
        var third = await PlanAsync(Stored(5));
        Assert.Equal((2, 54), (Ingestion.Reads, third.Plan.Carbon.Sum));
        await PlanAsync(Stored(5, hourly: true));
        Assert.Equal(3, Ingestion.Reads);
    }

    [Fact]
    public async Task StoredHalfHoursAreAveragedToTheStepOfThePlan()
    {
        Ingestion.Series[(GridSeries.CarbonIntensity, 0)] = [.. Enumerable.Range(0, 96).Select(n => 100.0 + (n % 2) + (n < 12 ? 20 : 0))];

        var response = await PlanAsync(Stored(null, hourly: true));

        Assert.Equal((6, 603, 3600), (response.Plan.StartStep, response.Plan.Carbon.Sum, response.Step.Seconds));
        Assert.Equal(At("2022-01-01T06:00:00Z"), response.Plan.Window.StartTime);
        var data = response.Data[0].Carbon;
        Assert.Equal((PlanValueKind.History, "neso", 1.0, 2), (data.Sources[0].Kind, data.Sources[0].Source, data.Sources[0].Share, data.ValuesPerStep));
    }

    [Fact]
    public async Task MissingHalfHoursOfTheWindowAreToldAndFilledOnlyWhenAsked()
    {
        var values = MadeUp(96);
        values[20] = values[21] = double.NaN;
        Ingestion.Series[(GridSeries.CarbonIntensity, 0)] = values;
        var request = Stored(null);

        var refused = await Assert.ThrowsAsync<RpcException>(() => PlanAsync(request));
        request.Places[0].Carbon.Stored.Gaps = PlanGaps.Fill;
        var filled = await PlanAsync(request);
        request.Places[0].Carbon.Stored.Gaps = PlanGaps.Refuse;
        request.Job.SlackSteps = 14;
        var before = await PlanAsync(request);

        var facts = refused.Detail<ErrorInfo>()!.Metadata;
        Assert.Equal(("SERIES_HAS_GAPS", "2", "2022-01-01T10:00Z/2022-01-01T11:00Z"), (refused.Reason(), facts["half_hours_missing"], facts["missing"]));
        var data = filled.Data[0].Carbon;
        Assert.Equal((2, true, At("2022-01-01T10:00:00Z")), (data.HalfHoursMissing, data.Gaps[0].Filled, data.Gaps[0].Window.StartTime));
        Assert.Contains(data.Sources, source => source.Kind == PlanValueKind.Filled && Math.Abs(source.Share - (2 / 30.0)) < 1e-12);
        // The window ends before the gap.
        Assert.Equal((20, 0), (before.Plan.WindowEndStep, before.Data[0].Carbon.HalfHoursMissing));
    }

    [Fact]
    public async Task AGapBehindTheEndOfAnotherPlacesSeriesIsNotChosen()
    {
        Ingestion.Series[(GridSeries.CarbonIntensity, 1)] = MadeUp(96);
        Ingestion.Series[(GridSeries.SystemPrice, 0)] = MadeUp(20);
        Ingestion.Series[(GridSeries.CarbonIntensity, 2)] = [.. MadeUp(30), .. Enumerable.Repeat(double.NaN, 20), .. MadeUp(46)];
        var (request, other) = (Stored(1), Stored(2));
        request.Places[0].Price = new() { Stored = request.Places[0].Carbon.Stored.Clone() };
        request.Places.Add(other.Places);
        (request.RunnersUp, request.Job) = (0, Job(0, 6));

        var plan = (await PlanAsync(request)).Plan;

        Assert.Equal((20, true), (plan.WindowEndStep, plan.CutAtSeriesEnd));
        Assert.InRange(plan.EndStep, 6, 20);
        Assert.True(plan.Carbon.Sum > 0);
    }

    [Fact]
    public async Task TheHalfHourThatHasBegunIsNotOneToMeetADeadlineIn()
    {
        var now = TimeProvider.System.GetUtcNow();
        var begun = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.FromMinutes(30).Ticks), TimeSpan.Zero);
        (Ingestion.SeriesStart, Ingestion.Series[(GridSeries.CarbonIntensity, 0)]) = (begun, MadeUp(96));
        var job = Job(0, 1);
        job.Limits = new PlanLimits { Deadline = begun.AddMinutes(30).ToTimestamp() };

        var error = await Assert.ThrowsAsync<RpcException>(() => PlanAsync(Window(job, new PlanPlace { Carbon = new() { Forecast = new() { Hours = 24 } } })));

        var facts = error.Detail<ErrorInfo>()!.Metadata;
        Assert.Equal(("NO_FEASIBLE_WINDOW", "deadline", $"{begun.AddHours(1):yyyy-MM-dd'T'HH:mm:ss'Z'}"), (error.Reason(), facts["binding"], facts["relax_deadline"]));
    }

    [Fact]
    public async Task SeriesEndsWithItsLastValue()
    {
        Ingestion.Series[(GridSeries.CarbonIntensity, 0)] = MadeUp(20);

        var plan = (await PlanAsync(Stored(null))).Plan;

        Assert.Equal((20, true), (plan.WindowEndStep, plan.CutAtSeriesEnd));
    }

    [Fact]
    public async Task ForecastSaysHowMuchOfItIsPublishedModelledAndSynthetic()
    {
        var now = TimeProvider.System.GetUtcNow();
        Ingestion.SeriesStart = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero).AddHours(-1);
        Ingestion.Series[(GridSeries.CarbonIntensity, 13)] = MadeUp(400);
        Ingestion.Series[(GridSeries.SystemPrice, 0)] = MadeUp(400);
        var place = new PlanPlace { GridZoneCode = "GB-R13", Price = new() { Forecast = new() { Hours = 48 } }, Carbon = new() { Forecast = new() { Hours = 48 } } };

        var response = await _stack.Planning.PlanWindowAsync(Window(Job(0, 12), place));
        var careful = Window(Job(0, 12), place);
        careful.Risk = 1;
        var refused = await Assert.ThrowsAsync<RpcException>(() => PlanAsync(careful));

        Assert.Equal([(PlanValueKind.Published, 48), (PlanValueKind.Model, 47), (PlanValueKind.Synthetic, 1)],
            response.Data[0].Carbon.Sources.Select(source => (source.Kind, (int)Math.Round(source.Share * 96))));
        Assert.Equal(("GB-R13", PlanObjectiveKind.Money), (response.Plan.Zone, response.Plan.Objective));
        Assert.NotNull(response.Data[0].Carbon.AsKnownAt);
        // What a source publishes has no band.
        Assert.Equal("BANDS_MISSING", refused.Reason());
    }

    [Fact]
    public async Task ForecastIsThePlaceWithoutASeries()
    {
        var now = TimeProvider.System.GetUtcNow();
        Ingestion.SeriesStart = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.TicksPerHour), TimeSpan.Zero).AddHours(-1);
        Ingestion.Series[(GridSeries.CarbonIntensity, 7)] = MadeUp(300);

        var response = await _stack.Planning.PlanWindowAsync(Window(Job(0, 12, 36), new PlanPlace { RegionId = 7 }));

        Assert.Equal(("region-7", 48, 1800), (response.Plan.Zone, response.Curve.Count, response.Step.Seconds));
    }

    [Fact]
    public async Task UnreachableIngestionIsToldAndInlineSeriesWorkWithoutIt()
    {
        Ingestion.Down = true;

        var error = await Assert.ThrowsAsync<RpcException>(() => PlanAsync(Stored(5)));

        Assert.Equal((StatusCode.Unavailable, "INGESTION_UNAVAILABLE"), (error.StatusCode, error.Reason()));
        Assert.Equal(1, (await PlanAsync(Window(Job(0, 1), Place([2, 1])))).Plan.StartStep);
    }

    [Fact]
    public async Task SeriesThatStartAtDifferentTimesAreRefused()
    {
        var request = Stored(5);
        request.Places.Add(new PlanPlace { Zone = "other", Carbon = Inline(MadeUp(96)) });
        request.Places[1].Carbon.Inline.StartTime = At("2022-01-02T00:00:00Z");

        var error = await Assert.ThrowsAsync<RpcException>(() => PlanAsync(request));

        Assert.Equal("places[1].carbon", error.Violations()[0].Field);
    }

    private async Task<PlanWindowResponse> PlanAsync(PlanWindowRequest request) => await _stack.Planning.PlanWindowAsync(request);

    private static PlanWindowRequest Stored(int? region, bool hourly = false)
    {
        var place = new PlanPlace { Carbon = new() { Stored = new() { StartTime = At("2022-01-01T00:10:00Z"), EndTime = At("2022-01-03T00:00:00Z") } } };
        if (region is { } id)
            place.RegionId = id;
        var request = Window(Job(0, 6, 24), place);
        request.Step = hourly ? new Duration { Seconds = 3600 } : null;
        return request;
    }
}

using System.Net;
using Grpc.Core;
using Pylon.Orchestrator.V1;

namespace Pylon.Web.Tests;

public sealed class WorkloadTests : IAsyncLifetime
{
    private const string Path = $"/web/workloads/{Samples.WorkloadId}";

    private TestWeb _web = null!;

    public async Task InitializeAsync() => _web = await TestWeb.StartAsync(Samples.Services());

    public async Task DisposeAsync() => await _web.DisposeAsync();

    [Fact]
    public async Task TheListIsFilteredAndPagedByItsAddress()
    {
        var page = await _web.PageAsync("/web/workloads?status=choice&status=failed&page=t1");

        var request = _web.Services.Single<ListWorkloadsRequest>();
        Assert.Equal([WorkloadStatus.PendingUserChoice, WorkloadStatus.Failed], request.Status);
        Assert.Equal("t1", request.PageToken);
        Assert.Contains("href=\"/web/workloads?status=choice&status=failed&page=t2\">Next page", page, StringComparison.Ordinal);
        Assert.Contains("href=\"/web/workloads?status=choice&status=failed\">First page", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AWorkloadShowsThreeOptionsWithTheirFacts()
    {
        var page = await _web.PageAsync(Path);

        foreach (var words in new[] { "1. Zone 1", "2. Zone 2", "3. Zone 3", "40 g/kWh", "75 % less carbon than Great Britain now", "£0.12 per kWh", "1.23 kg CO₂", "Thu 26 Nov 12:10–14:10", "Provider sandbox", "no provider can book it", "Booked", "kept: at most 150 g/kWh" })
            Assert.Contains(words, page, StringComparison.Ordinal);
        Assert.Equal(3, page.Split("Confirm option").Length - 1);
        Assert.Contains("Asked the providers what they have", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AChosenWorkloadCannotBeChosenAgain()
    {
        var workload = Samples.Offered();
        (workload.Status, workload.ChosenOption) = (WorkloadStatus.Scheduled, 2);
        workload.Run = new Run { State = RunState.Running, Phases = { new PhaseRun { Phase = "data_staging", State = PhaseRunState.Running, Completed = 1, Total = 4 } } };
        _web.Services.On<GetWorkloadRequest, GetWorkloadResponse>(_ => new GetWorkloadResponse { Workload = workload });

        var page = await _web.PageAsync(Path);

        Assert.DoesNotContain("Confirm option", page, StringComparison.Ordinal);
        Assert.Contains("Chosen", page, StringComparison.Ordinal);
        Assert.Contains("Data staging", page, StringComparison.Ordinal);
        Assert.Contains("1 part of 4", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APageOfAJobTellsWhoHasWhat()
    {
        var workload = Samples.Offered();
        (workload.Status, workload.ChosenOption, workload.Job) = (WorkloadStatus.Scheduled, 2, "primes");
        workload.Parameters["limit"] = "5000";
        workload.Run = new Run { State = RunState.Running, Phases = { new PhaseRun { Phase = "run", State = PhaseRunState.Running, Completed = 0, Total = 1 } } };
        _web.Services.On<GetWorkloadRequest, GetWorkloadResponse>(_ => new GetWorkloadResponse { Workload = workload });
        _web.Services.On<Conductor.V1.ListWorkRequest, Conductor.V1.ListWorkResponse>(_ => new()
        {
            Parts = { new Conductor.V1.WorkPart { Phase = "run", Part = "part-1", State = Conductor.V1.WorkPartState.Running, Worker = "laptop", Output = "1 %\n<b>2 %</b>\n" } },
        });

        // As it is: what a job writes is text.
        var page = await _web.Http.GetStringAsync(Path);

        Assert.Contains("laptop", page, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;2 %&lt;/b&gt;", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>2 %", page, StringComparison.Ordinal);
        Assert.DoesNotContain("1 %\n", page, StringComparison.Ordinal);
        Assert.Contains("limit 5000", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChoosingCallsOnceAndLeadsBackToTheWorkload()
    {
        _web.Services.On<ChooseRecommendationRequest, ChooseRecommendationResponse>(_ => new ChooseRecommendationResponse());

        using var answer = await _web.PostAsync($"{Path}/choose", ("option", "2"));

        Assert.Equal((HttpStatusCode.SeeOther, Path), (answer.StatusCode, answer.Headers.Location?.OriginalString));
        Assert.Equal((Samples.WorkloadId, 2), (_web.Services.Single<ChooseRecommendationRequest>().Id, _web.Services.Single<ChooseRecommendationRequest>().Option));
    }

    [Fact]
    public async Task ARefusedChoiceSaysWhyAboveTheWorkload()
    {
        _web.Services.Refuse<ChooseRecommendationRequest>(StatusCode.FailedPrecondition, "another option was chosen");

        using var answer = await _web.PostAsync($"{Path}/choose", ("option", "2"));
        var page = await TestWeb.TextAsync(answer);

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("Another option was chosen.", page, StringComparison.Ordinal);
        Assert.Contains("1. Zone 1", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnUnknownWorkloadIsNotFound()
    {
        _web.Services.Refuse<GetWorkloadRequest>(StatusCode.NotFound, "no workload x");

        Assert.Contains("No workload x.", await _web.PageAsync("/web/workloads/x", HttpStatusCode.NotFound), StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheFormSubmitsEveryField()
    {
        _web.Services.On<SubmitWorkloadRequest, SubmitWorkloadResponse>(_ => new SubmitWorkloadResponse { Workload = new Workload { Id = "new" } });

        using var answer = await _web.PostAsync(
            "/web/workloads", ("request_id", "r"), ("name", "train"), ("type", "TRAINING_RUN"), ("email", "a@b.c"), ("gpu", "60"), ("energy", "4.5"), ("load", "0.2"), ("urgency", "3"),
            ("deadline", "2026-11-27T09:00"), ("delay", "30"), ("cap", "150"), ("total", "900"), ("price", "2"));

        Assert.Equal("/web/workloads/new", answer.Headers.Location?.OriginalString);
        Assert.Equal(
            new SubmitWorkloadRequest
            {
                RequestId = "r",
                WorkloadName = "train",
                WorkloadType = "TRAINING_RUN",
                UserEmail = "a@b.c",
                RequiredGpuMins = 60,
                EstimatedEnergyKwh = 4.5,
                ComputeLoadMw = 0.2,
                Urgency = Urgency.High,
                Deadline = Google.Protobuf.WellKnownTypes.Timestamp.FromDateTimeOffset(new DateTimeOffset(2026, 11, 27, 9, 0, 0, TimeSpan.Zero)),
                DeferralWindowMins = 30,
                CarbonCapGco2 = 150,
                MaxTotalGco2 = 900,
                MaxPriceGbp = 2,
            },
            _web.Services.Single<SubmitWorkloadRequest>());
    }

    [Fact]
    public async Task ARefusedFormKeepsWhatWasFilledIn()
    {
        _web.Services.Refuse<SubmitWorkloadRequest>(StatusCode.InvalidArgument, "user_email: must be an e-mail address");

        using var answer = await _web.PostAsync("/web/workloads", ("request_id", "r"), ("name", "train \"it\""), ("email", "nobody"));
        var page = await TestWeb.TextAsync(answer);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("User email: must be an e-mail address.", page, StringComparison.Ordinal);
        Assert.Contains("name=\"request_id\" value=\"r\"", page, StringComparison.Ordinal);
        Assert.Contains("value=\"nobody\"", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("26.11.2026 09:00")]
    [InlineData("12026-11-26T09:00")]
    [InlineData("2026-11-26")]
    public async Task ADeadlineThatIsNoTimeSubmitsNothing(string deadline)
    {
        using var answer = await _web.PostAsync("/web/workloads", ("name", "train"), ("deadline", deadline));
        var page = await TestWeb.TextAsync(answer);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("Deadline: must be a time such as 2026-11-26T09:30.", page, StringComparison.Ordinal);
        Assert.Contains($"value=\"{deadline}\"", page, StringComparison.Ordinal);
        Assert.Empty(_web.Services.Received.OfType<SubmitWorkloadRequest>());
    }

    [Fact]
    public async Task ADeadlineIsReadInTheZoneOfTheReader()
    {
        _web.Services.On<SubmitWorkloadRequest, SubmitWorkloadResponse>(_ => new SubmitWorkloadResponse { Workload = new Workload { Id = "new" } });
        _web.Http.DefaultRequestHeaders.Add("Cookie", "pylon_zone=london");

        using var answer = await _web.PostAsync("/web/workloads", ("name", "train"), ("deadline", "2027-07-01T09:00"));

        Assert.Equal(new DateTimeOffset(2027, 7, 1, 8, 0, 0, TimeSpan.Zero), _web.Services.Single<SubmitWorkloadRequest>().Deadline.ToDateTimeOffset());
    }

    [Fact]
    public async Task SeveralAreCancelledAndTheRefusalsCounted()
    {
        _web.Services.On<CancelWorkloadRequest, CancelWorkloadResponse>(request => request.Id == "b"
            ? throw new RpcException(new Status(StatusCode.NotFound, "no workload b"))
            : new CancelWorkloadResponse());

        using var answer = await _web.PostAsync("/web/workloads/several", ("id", "a"), ("id", "b"), ("do", "cancel"));

        Assert.Equal(["a", "b"], _web.Services.Received.OfType<CancelWorkloadRequest>().Select(request => request.Id).Order());
        Assert.Contains("1 of 2 workloads could not be cancelled", await TestWeb.TextAsync(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-0.01, true)]
    [InlineData(-1, false)]
    public async Task AnOutcomeThatIsDueIsLoadedAgain(double endedHours, bool again)
    {
        var workload = Samples.Offered();
        (workload.Status, workload.ChosenOption, workload.Run) = (WorkloadStatus.Scheduled, 1, new Run { State = RunState.Completed, EndedAt = Samples.At(endedHours), Phases = { new PhaseRun { Phase = "train", State = PhaseRunState.Completed, Total = 1 } } });
        _web.Services.On<GetWorkloadRequest, GetWorkloadResponse>(_ => new GetWorkloadResponse { Workload = workload });

        Assert.Equal(again, (await _web.PageAsync($"/web/workloads/{Samples.WorkloadId}")).Contains("data-again=\"2\"", StringComparison.Ordinal));
    }
}

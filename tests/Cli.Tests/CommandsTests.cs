using Grpc.Core;
using Pylon.Cli.Commands;
using Pylon.Cli.Output;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Cli.Tests;

/// <summary>What single verbs do.</summary>
public sealed class CommandsTests
{
    private readonly Terminal _terminal = new();

    public CommandsTests() => Samples.Answer(_terminal.Calls);

    [Fact]
    public async Task AWorkloadIsSubmittedWithWhatIsGivenAndNothingElse()
    {
        Assert.Equal(0, await _terminal.RunAsync("submit", "Nightly", "--gpu-minutes", "30", "--delay-mins", "0", "--urgency", "critical", "--max-price", "1e2"));

        var request = Sent<SubmitWorkloadRequest>("SubmitWorkload");
        Assert.Equal((30, 0, Urgency.Critical, 100), (request.RequiredGpuMins, request.DeferralWindowMins, request.Urgency, request.MaxPriceGbp));
        Assert.True(request is { HasDeferralWindowMins: true, HasCarbonCapGco2: false, HasRequiredMemoryGb: false, Deadline: null });
    }

    [Fact]
    public async Task SubmitWaitsForItsOptions()
    {
        States(WorkloadStatus.Queued, WorkloadStatus.Processing, WorkloadStatus.PendingUserChoice);

        Assert.Equal(0, await _terminal.RunAsync("submit", "x", "--wait"));

        Assert.Contains("pending user choice", _terminal.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SubmitChoosesAndWaitsUntilItRan()
    {
        var run = new Run { Pipeline = "p", State = RunState.Completed };
        _terminal.Calls.OnStream("WatchWorkload", State(WorkloadStatus.PendingUserChoice), State(WorkloadStatus.Scheduled, new Run { State = RunState.Running }), State(WorkloadStatus.Scheduled, run));

        Assert.Equal(0, await _terminal.RunAsync("submit", "x", "--wait=completed", "--choose", "2"));

        Assert.Equal(2, Sent<ChooseRecommendationRequest>("ChooseRecommendation").Option);
        Assert.Contains("p completed", _terminal.Lines);
    }

    [Theory]
    [InlineData(WorkloadStatus.Failed)]
    [InlineData(WorkloadStatus.Queued)]
    public async Task AWorkloadThatFailsOrIsLateEndsWithOne(WorkloadStatus last)
    {
        States(last);

        Assert.Equal(ExitCode.Failed, await _terminal.RunAsync("submit", "x", "--wait", "--timeout", "1s"));
    }

    [Fact]
    public async Task AWaitEndsWithItsTimeout()
    {
        var time = new FakeTime();
        var terminal = new Terminal(time: time);
        Samples.Answer(terminal.Calls);
        // A stream that breaks is opened again after a pause, which does not end here.
        terminal.Calls.OnStream("WatchWorkload", Breaking());

        var running = terminal.RunAsync("submit", "x", "--wait", "--timeout", "5s");
        await time.TimersWaiting(2).Within();
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(ExitCode.Failed, await running);
        Assert.Contains("is still queued after 5 s; follow it with ./pylon watch", terminal.Errors, StringComparison.Ordinal);

        static IEnumerable<object> Breaking()
        {
            yield return State(WorkloadStatus.Queued);
            throw FakeCalls.Error(StatusCode.Unavailable);
        }
    }

    [Fact]
    public async Task ReplayListsTheDeadLettersOfEveryService()
    {
        Assert.Equal(0, await _terminal.RunAsync("replay"));

        Assert.Contains("huleedu.batch.spellcheck", _terminal.Output, StringComparison.Ordinal);
        Assert.Contains("Test ML Training Job", _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(_terminal.Calls.Requests, one => one.Method.StartsWith("Replay", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ReplayAllGoesOnAfterOneThatCannotBeProcessed()
    {
        _terminal.Calls.Fails("ReplayWorkload", FakeCalls.Error(StatusCode.FailedPrecondition, "It has not failed."));

        Assert.Equal(ExitCode.Failed, await _terminal.RunAsync("replay", "--all"));

        Assert.Equal(
            [$"{Samples.Id}  not replayed: It has not failed. (failed precondition)", "other  replayed", "1 dead letter replayed, 1 not."],
            _terminal.Lines);
    }

    [Theory]
    [InlineData("--all")]
    [InlineData("other")]
    public async Task ADryRunReplaysNothing(string what)
    {
        Assert.Equal(0, await _terminal.RunAsync("replay", what, "--dry-run"));

        Assert.Contains("unknown phase", _terminal.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(_terminal.Calls.Requests, one => one.Method.StartsWith("Replay", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AWorkloadIsReplayedByItsIdWithNewConstraints()
    {
        Assert.Equal(0, await _terminal.RunAsync("replay", Samples.Id, "--carbon-cap", "150"));

        Assert.Equal((Samples.Id, 150), (Sent<ReplayWorkloadRequest>("ReplayWorkload").Id, Sent<ReplayWorkloadRequest>("ReplayWorkload").CarbonCapGco2));
    }

    [Fact]
    public async Task TheGridHasTheCleanestRegionFirstWithABarAndTheNextHours()
    {
        Assert.Equal(0, await _terminal.RunAsync("grid"));

        var rows = _terminal.Lines.Where(line => line.Contains("Merseyside", StringComparison.Ordinal)).Select(Terminal.Squeeze).ToList();
        Assert.StartsWith("13 North Wales and Merseyside 13 53 ██ moderate 53.3 % ▁▂", rows[0]);
        Assert.StartsWith("6 North Wales and Merseyside 6 188 ████████ moderate", rows[1]);
    }

    [Fact]
    public async Task ARegionWithoutAForecastIsShownWithoutACurve()
    {
        _terminal.Calls.Fails("GetForecast", FakeCalls.Error(StatusCode.Unavailable));

        Assert.Equal(0, await _terminal.RunAsync("grid"));
        Assert.Equal(0, await _terminal.RunAsync("grid", "region", "13"));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public async Task OnlyALogThatHoldsSucceeds(bool? intact, int expected)
    {
        var last = new VerifyResponse { Checked = 3, Broken = new BrokenEntry { Seq = 4, Reason = "its decision is gone" } };
        if (intact is { } known)
            last.Intact = known;
        _terminal.Calls.OnStream("Verify", last);

        Assert.Equal(expected, await _terminal.RunAsync("audit", "verify", "--head", $"7:{new string('a', 64)}"));

        Assert.Equal(7, Sent<VerifyRequest>("Verify").KnownSeq);
    }

    [Fact]
    public async Task AWatchedWorkloadHasALineForEachChange()
    {
        _terminal.Calls.OnStream("WatchWorkload", State(WorkloadStatus.Queued), State(WorkloadStatus.Queued), State(WorkloadStatus.Scheduled, new Run { Pipeline = "p", State = RunState.Failed }));

        Assert.Equal(ExitCode.Failed, await _terminal.RunAsync("watch", "w"));

        Assert.Equal(["–  queued", "–  scheduled", "–  p failed"], _terminal.Lines);
    }

    [Fact]
    public void TheLineOfAnErrorHasTheFieldAndWhatIsAllowed()
    {
        var details = new Google.Rpc.Status
        {
            Code = 3,
            Details =
            {
                Google.Protobuf.WellKnownTypes.Any.Pack(new Google.Rpc.ErrorInfo { Reason = "FIELD_INVALID", Domain = "pylon" }),
                Google.Protobuf.WellKnownTypes.Any.Pack(new Google.Rpc.BadRequest { FieldViolations = { new Google.Rpc.BadRequest.Types.FieldViolation { Field = "workload_name", Description = "must have 1 to 200 characters" } } }),
            },
        };
        var error = new RpcException(new Status(StatusCode.InvalidArgument, "wrong"), new Metadata { { "grpc-status-details-bin", Google.Protobuf.MessageExtensions.ToByteArray(details) } });

        Assert.Equal("workload_name: must have 1 to 200 characters (FIELD_INVALID)", Failure.Line(error));
    }

    private void States(params WorkloadStatus[] states) => _terminal.Calls.OnStream("WatchWorkload", states.Select(one => (object)State(one)));

    private static WatchWorkloadResponse State(WorkloadStatus status, Run? run = null) => new() { Workload = new Workload { Id = Samples.Id, Status = status, Run = run } };

    private T Sent<T>(string method) => (T)_terminal.Calls.Requests.First(one => one.Method == method).Request;
}

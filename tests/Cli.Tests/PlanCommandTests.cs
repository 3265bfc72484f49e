using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Pylon.Cli.Commands;
using Pylon.Cli.Output;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Cli.Tests;

public sealed class PlanCommandTests
{
    private static readonly AskedPlan Asked = new(TimeSpan.FromHours(1.5), TimeSpan.FromHours(1.5), 13, [], true, null, 1200, null, null, null, false);

    private readonly Terminal _terminal = new(time: new FakeTime(new DateTimeOffset(2026, 3, 4, 10, 17, 0, TimeSpan.Zero)));

    public PlanCommandTests() => Samples.Answer(_terminal.Calls);

    [Fact]
    public async Task PlanIsACurveWithItsStepsItsSavingAndItsSource()
    {
        Assert.Equal(0, await _terminal.RunAsync("plan", "--duration", "90m", "--slack", "1.5h", "--region", "13", "--interruptible", "--gpu-mins", "1200"));

        Assert.Equal(
            [
                "region-13: start 2026-03-01 11:00 UTC, 1.5 h in 2 pieces",
                "  █▆▂▅▁▃  10 to 100 gCO2/kWh",
                "    ^ ^^",
                "pieces: 2026-03-01 11:00 UTC for 0.5 h, 2026-03-01 12:00 UTC for 1 h",
                "carbon: 20 gCO2/kWh instead of 80 now (saves 75 %)",
                "energy: 16.1 kWh, assumed: 1200 GPU minutes × 0.7 kW × PUE 1.15; 322 g instead of 1.29 kg now",
                "values: 75 % published (carbon-intensity), 25 % model; as known at 2026-03-01 09:00 UTC",
            ],
            _terminal.Lines);
        Assert.Equal(
            """{ "places": [ { "regionId": 13 } ], "job": { "duration": "5400s", "slack": "5400s", "interruptible": true, "gpuMins": 1200 } }""",
            JsonFormatter.Default.Format((IMessage)Assert.Single(_terminal.Calls.Requests).Request));
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument, "No window keeps to the limits")]
    [InlineData(StatusCode.Unavailable, "The Gateway is unreachable")]
    [InlineData(StatusCode.DeadlineExceeded, "No answer within 10 s")]
    public async Task WithoutAPlanItSaysStartNowOnlyWhenItMay(StatusCode code, string reason)
    {
        _terminal.Calls.Failure = FakeCalls.Error(code, "No window keeps to the limits; in the way: deadline.");

        Assert.NotEqual(0, await _terminal.RunAsync("plan", "--duration", "1h"));
        Assert.Equal("", _terminal.Output);
        Assert.Equal(0, await _terminal.RunAsync("plan", "--duration", "1h", "--or-now"));

        Assert.Equal("start now", _terminal.Output.Trim());
        Assert.Contains($"pylon: start now: {reason}", _terminal.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WithoutAStackItIsStartNowToo()
    {
        var context = _terminal.Context with { Connect = () => throw new CommandException("Pylon is not running here.", ExitCode.Unreachable) };

        Assert.Equal(0, await PylonCommand.RunAsync(context, ["plan", "--duration", "1h", "--or-now", "--json"], CancellationToken.None));

        Assert.True(JsonNode.Parse(_terminal.Output)!["start_now"]!.GetValue<bool>());
    }

    [Theory]
    [InlineData("carbon_intensity\n10\n20.5\n\n", new[] { 10, 20.5 })]
    [InlineData("10\n20\n", new double[] { 10, 20 })]
    [InlineData("from,Forecast,index\n2026-03-04T10:00Z,7,low\n2026-03-04T10:30Z,8,low\n", new double[] { 7, 8 })]
    public async Task ValuesOfAFileBeginWithTheStepThatContainsNow(string text, double[] values)
    {
        var asked = Asked with { Series = await WrittenAsync(text), Region = null, Zones = ["X"], Deadline = new DateTimeOffset(2026, 3, 4, 15, 0, 0, TimeSpan.Zero) };

        var request = asked.Request(_terminal.Time.GetUtcNow());

        var inline = request.Places[0].Carbon.Inline;
        Assert.Equal(values, inline.Values);
        Assert.Equal((TimeSpan.FromHours(1), new DateTimeOffset(2026, 3, 4, 10, 0, 0, TimeSpan.Zero)), (inline.Step.ToTimeSpan(), inline.StartTime.ToDateTimeOffset()));
        Assert.Equal(asked.Deadline, request.Job.Limits.Deadline.ToDateTimeOffset());
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "line 1: must name one column")]
    [InlineData("10\nx\n", "line 2: must have a number")]
    [InlineData("carbon_intensity\n", "must have a value")]
    public async Task FileThatHasNoValuesIsAnErrorWithItsLine(string text, string rule)
    {
        Assert.Equal(ExitCode.Usage, await _terminal.RunAsync("plan", "--duration", "1h", "--series", await WrittenAsync(text)));

        Assert.Contains(rule, _terminal.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("90m", 90)]
    [InlineData("1.5h", 90)]
    [InlineData("2d", 2880)]
    [InlineData("0h", 0)]
    public void LengthsAreRead(string text, int minutes) => Assert.Equal((true, TimeSpan.FromMinutes(minutes)), (Length.TryParse(text, out var length), length));

    [Theory]
    [InlineData("6")]
    [InlineData("-6h")]
    [InlineData("h")]
    [InlineData("NaNh")]
    [InlineData("9999d")]
    public async Task LengthThatIsNoneIsRefused(string text)
    {
        Assert.Equal(ExitCode.Usage, await _terminal.RunAsync("plan", $"--duration={text}"));
        Assert.StartsWith($"--duration: '{text}' must be seconds, minutes, hours or days", _terminal.Errors);
    }

    [Fact]
    public void LongWindowSharesColumns()
    {
        var answer = Samples.Plan;
        answer.Curve.Clear();
        answer.Curve.AddRange(Enumerable.Range(0, 200).Select(n => (double)n));

        var picture = PlanPicture.Picture(answer);

        Assert.EndsWith(", 3 steps a column", picture[0]);
        Assert.Equal("^^", picture[1]);
    }

    private static async Task<string> WrittenAsync(string text)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, text);
        return file;
    }
}

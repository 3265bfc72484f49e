using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pylon.Cli.Client;
using Pylon.Cli.Commands;
using Pylon.LocalStack.Machine;
using Pylon.Testing;

namespace Pylon.Cli.Tests;

public sealed class PlanCommandTests : IAsyncDisposable
{
    private const string Answer =
        """
        {"plan": {"zone": "region-13", "start_step": 2, "end_step": 6, "window": {"start_time": "2026-03-04T11:00:00Z", "end_time": "2026-03-04T13:00:00Z"},
                  "pieces": [{"first_step": 2, "steps": 1}, {"first_step": 4, "steps": 2}], "window_first_step": 0, "window_end_step": 6,
                  "carbon": {"sum": 60, "mean": 20, "now_sum": 240, "now_mean": 80, "saving_percent": 75}, "saving_percent": 75,
                  "energy": {"energy_kwh": 16.1, "assumed": true, "basis": "1200 GPU minutes × 0.7 kW × PUE 1.15", "emissions_gco2": 322, "now_emissions_gco2": 1288}},
         "step": "1800s", "curve": [100, 80, 20, 60, 10, 30],
         "data": [{"zone": "region-13", "carbon": {"as_known_at": "2026-03-04T10:02:00Z", "sources": [{"kind": "PLAN_VALUE_KIND_PUBLISHED", "source": "carbon-intensity", "share": 0.75}, {"kind": "PLAN_VALUE_KIND_MODEL", "source": "model", "share": 0.25}]}}]}
        """;

    private static readonly AskedPlan Asked = new(TimeSpan.FromHours(1.5), TimeSpan.FromHours(1.5), 13, [], true, null, 1200, null, null, null, false);

    private readonly FakeTime _time = new(new DateTimeOffset(2026, 3, 4, 10, 17, 0, TimeSpan.Zero));
    private readonly HttpListener _listener = new();
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();
    private readonly List<string> _bodies = [];
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _serving;

    public PlanCommandTests()
    {
        Url = $"http://127.0.0.1:{Ports.Throwaway()}";
        _listener.Prefixes.Add(Url + "/");
        _listener.Start();
        _serving = ServeAsync();
    }

    private string Url { get; }

    /// <summary>The status and the body that are answered; no answer for a status of 0.</summary>
    private (int Status, string Body) Gives { get; set; } = (200, Answer);

    [Fact]
    public async Task PlanIsACurveWithItsStepsItsSavingAndItsSource()
    {
        Assert.Equal(0, await Run().ShowAsync(Asked, CancellationToken.None));

        Assert.Equal(
            [
                "region-13: start 2026-03-04 11:00 UTC, 1.5 h in 2 pieces",
                "  █▆▂▅▁▃  10 to 100 gCO2/kWh",
                "    ^ ^^",
                "pieces: 2026-03-04 11:00 UTC for 0.5 h, 2026-03-04 12:00 UTC for 1 h",
                "carbon: 20 gCO2/kWh instead of 80 now (saves 75 %)",
                "energy: 16.1 kWh, assumed: 1200 GPU minutes × 0.7 kW × PUE 1.15; 322 g instead of 1288 now",
                "values: 75 % published (carbon-intensity), 25 % model; as known at 2026-03-04 10:02 UTC",
            ],
            _output.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        var body = JsonNode.Parse(Assert.Single(_bodies))!;
        Assert.Equal("""{"places":[{"region_id":13}],"job":{"duration":"5400s","interruptible":true,"slack":"5400s","gpu_mins":1200}}""", body.ToJsonString());
    }

    [Fact]
    public async Task JsonIsTheAnswerOfTheApi()
    {
        Assert.Equal(0, await Run(json: true).ShowAsync(Asked, CancellationToken.None));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Answer), JsonNode.Parse(_output.ToString())));
    }

    [Theory]
    [InlineData(400, """{"detail": "No window keeps to the limits; in the way: deadline.", "reason": "NO_FEASIBLE_WINDOW"}""", "No window keeps to the limits")]
    [InlineData(400, """{"detail": "Place gb has no value for 3 half hours.", "reason": "SERIES_HAS_GAPS"}""", "no value for 3 half hours")]
    [InlineData(503, """{"detail": "Ingestion is unreachable.", "reason": "INGESTION_UNAVAILABLE"}""", "Ingestion is unreachable")]
    [InlineData(502, "<html>", "<html>")]
    [InlineData(200, "not json", "")]
    [InlineData(200, "{}", "without a plan")]
    public async Task WithoutAPlanItSaysStartNowOnlyWhenItMay(int status, string body, string reason)
    {
        Gives = (status, body);

        Assert.Equal(0, await Run().OrNowAsync(Asked, CancellationToken.None));

        Assert.Equal("start now", _output.ToString().Trim());
        Assert.StartsWith("pylon: start now: ", _errors.ToString());
        Assert.Contains(reason, _errors.ToString(), StringComparison.Ordinal);
        var failure = await Assert.ThrowsAnyAsync<Exception>(() => Run().ShowAsync(Asked, CancellationToken.None));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RequestThatIsWrongInItselfIsAnErrorInAnyCase()
    {
        Gives = (400, """{"detail": "places[0].region_id must be from 1 to 18", "reason": "FIELD_INVALID"}""");

        var failure = await Assert.ThrowsAsync<ApiException>(() => Run().OrNowAsync(Asked, CancellationToken.None));

        Assert.Contains("region_id", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GatewayThatDoesNotAnswerIsWaitedForAsLongAsAsked()
    {
        Gives = (0, "");

        var running = Run().OrNowAsync(Asked, CancellationToken.None);
        await _asked.Task.Within();
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal(0, await running.Within());
        Assert.Contains("No answer within 10 s", _errors.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task UnreachableGatewayOrNoStackIsStartNowToo()
    {
        var unreachable = new PlanRun(() => new PylonClient($"http://127.0.0.1:{Ports.Throwaway()}"), _time, TimeSpan.FromSeconds(10), json: true, _output, _errors);
        var notRunning = new PlanRun(() => throw new ApiException("Pylon is not running here."), _time, TimeSpan.FromSeconds(10), json: false, _output, _errors);

        Assert.Equal(0, await unreachable.OrNowAsync(Asked, CancellationToken.None));
        Assert.True(JsonNode.Parse(_output.ToString())!["start_now"]!.GetValue<bool>());
        Assert.Equal(0, await notRunning.OrNowAsync(Asked, CancellationToken.None));
        Assert.EndsWith($"Pylon is not running here.{Environment.NewLine}", _errors.ToString());
    }

    [Theory]
    [InlineData("carbon_intensity\n10\n20.5\n\n", new[] { 10, 20.5 })]
    [InlineData("10\n20\n", new double[] { 10, 20 })]
    [InlineData("from,Forecast,index\n2026-03-04T10:00Z,7,low\n2026-03-04T10:30Z,8,low\n", new double[] { 7, 8 })]
    public async Task ValuesOfAFileBeginWithTheStepThatContainsNow(string text, double[] values)
    {
        var file = await WrittenAsync(text);

        await Run().ShowAsync(Asked with { Series = file, Region = null, Zones = ["X"], Deadline = new DateTimeOffset(2026, 3, 4, 15, 0, 0, TimeSpan.Zero) }, CancellationToken.None);

        var request = JsonNode.Parse(Assert.Single(_bodies))!;
        var inline = request["places"]![0]!["carbon"]!["inline"]!;
        Assert.Equal(values, inline["values"]!.AsArray().Select(value => value!.GetValue<double>()));
        Assert.Equal(("3600s", "2026-03-04T10:00:00Z"), (inline["step"]!.GetValue<string>(), inline["start_time"]!.GetValue<string>()));
        Assert.Equal("2026-03-04T15:00:00Z", request["job"]!["limits"]!["deadline"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "line 1: must name one column")]
    [InlineData("10\nx\n", "line 2: must have a number")]
    [InlineData("carbon_intensity\n", "must have a value")]
    public async Task FileThatHasNoValuesIsAnErrorWithItsLine(string text, string rule)
    {
        var failure = await Assert.ThrowsAsync<ApiException>(async () => SeriesFile.Read(await WrittenAsync(text)));

        Assert.Contains(rule, failure.Message, StringComparison.Ordinal);
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
    public void LengthThatIsNoneIsRefused(string text)
    {
        Assert.False(Length.TryParse(text, out _));
        var error = Assert.Single(PlanCommand.Create(Checkout.Find(), _time).Parse(["--duration", text]).Errors);
        Assert.StartsWith($"--duration: '{text}' must be seconds, minutes, hours or days", error.Message);
    }

    [Fact]
    public void LongWindowSharesColumns()
    {
        var answer = JsonSerializer.Deserialize<PlanAnswer>(Answer, PylonClient.Json)! with { Curve = [.. Enumerable.Range(0, 200).Select(n => (double)n)] };

        var picture = PlanPicture.Picture(answer);

        Assert.EndsWith(", 3 steps a column", picture[0]);
        Assert.Equal("^^", picture[1]);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private PlanRun Run(bool json = false) => new(() => new PylonClient(Url), _time, TimeSpan.FromSeconds(10), json, _output, _errors);

    private static async Task<string> WrittenAsync(string text)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, text);
        return file;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using (var reader = new StreamReader(context.Request.InputStream))
                    _bodies.Add(await reader.ReadToEndAsync());
                _asked.TrySetResult();
                if (Gives.Status == 0)
                    continue;
                context.Response.StatusCode = Gives.Status;
                context.Response.ContentType = "application/json";
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(Gives.Body));
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }
}

using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.LocalStack.Machine;

namespace Pylon.EndToEnd.Tests;

/// <summary>The planner through the Gateway's REST API.</summary>
public sealed class PlanningTests(SharedStack stack) : SharedStackTests(stack)
{
    private const string Square =
        """
        "carbon": {"inline": {"values": [100, 200, 150, 50]}}, "price": {"inline": {"values": [80, 20, 40, 100]}}
        """;

    // shared/reference/windows, when it lies beside the checkout.
    private static readonly string? Year = Column("gb_2022_hourly.csv") is { } values ? $"[{string.Join(',', values)}]" : null;

    [Fact]
    public async Task KnownPointsOfTheYearHaveTheSameAnswers()
    {
        if (Year is null)
            return;
        (string Job, int Start, double Sum, double Saving)[] known =
        [
            ("""{"duration_steps": 6, "slack_steps": 24}""", 6, 453.65, 17.1839),
            ("""{"duration_steps": 6, "slack_steps": 24, "interruptible": true}""", 7, 450.87, 17.6914),
            ("""{"arrival_step": 1000, "duration_steps": 12, "slack_steps": 48}""", 1010, 1327.21, 41.3284),
            ("""{"arrival_step": 1000, "duration_steps": 12, "slack_steps": 48, "interruptible": true}""", 1009, 1186.04, 47.5691),
            ("""{"arrival_step": 4380, "duration_steps": 24, "slack_steps": 168}""", 4469, 4441.99, 23.8163),
            ("""{"arrival_step": 8700, "duration_steps": 6, "slack_steps": 24}""", 8700, 422.57, 0),
            ("""{"arrival_step": 8754, "duration_steps": 6, "slack_steps": 24}""", 8754, 728.55, 0),
            ("""{"arrival_step": 8759, "duration_steps": 1}""", 8759, 93.74, 0),
            ("""{"arrival_step": 1000, "duration_steps": 12, "limits": {"earliest_step": 1006, "deadline_step": 1040}}""", 1010, 1327.21, double.NaN),
            ("""{"arrival_step": 1000, "duration_steps": 12, "slack_steps": 48, "interruptible": true, "min_piece_steps": 4}""", 1009, 1191.79, double.NaN),
            ("""{"arrival_step": 1000, "duration_steps": 12, "slack_steps": 48, "interruptible": true, "min_piece_steps": 12}""", 1010, 1327.21, 41.3284),
        ];
        foreach (var (job, start, sum, saving) in known)
        {
            var plan = (await PlanAsync(OfYear(job)))["plan"]!;
            Assert.Equal((start, sum), (Number(plan, "start_step"), Number(plan["carbon"]!, "sum")));
            if (!double.IsNaN(saving))
                Assert.Equal(saving, Math.Round(Number(plan, "saving_percent"), 4));
        }

        var profile = (await PlanAsync(OfYear("""{"arrival_step": 300, "duration_steps": 6, "slack_steps": 24, "power_kw": [10, 10, 4, 4, 4, 20]}""")))["plan"]!;
        Assert.Equal((310, 15217.48, 16109.84), (Number(profile, "start_step"), Math.Round(Number(profile["energy"]!, "emissions_gco2"), 2), Math.Round(Number(profile["energy"]!, "now_emissions_gco2"), 2)));

        var (status, problem) = await Gateway.PostAsync("/api/v1/plans:window", OfYear("""{"arrival_step": 8755, "duration_steps": 6}"""));
        Assert.Equal((HttpStatusCode.BadRequest, "SERIES_TOO_SHORT"), (status, problem["reason"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("""{"kind": "PLAN_OBJECTIVE_KIND_WEIGHTED", "carbon_weight": 0.5}""", 1, 1.9)]
    [InlineData("""{"kind": "PLAN_OBJECTIVE_KIND_WEIGHTED", "carbon_weight": 0.75}""", 2, 1.783333)]
    [InlineData("""{"kind": "PLAN_OBJECTIVE_KIND_MONEY", "carbon_price_gbp_tonne": 200}""", 1, 1.3)]
    [InlineData("""{"kind": "PLAN_OBJECTIVE_KIND_MONEY", "carbon_price_gbp_tonne": 1000}""", 2, 3.4)]
    public async Task CarbonAndPriceAreWeighedTogether(string objective, int start, double cost)
    {
        var power = objective.Contains("MONEY", StringComparison.Ordinal) ? ", \"power_kw\": [10]" : "";

        var plan = (await PlanAsync($$$"""{"places": [{ {{{Square}}} }], "job": {"duration_steps": 2, "objective": {{{objective}}}{{{power}}} } }"""))["plan"]!;

        Assert.Equal((start, cost), (Number(plan, "start_step"), Math.Round(Number(plan, "cost"), 6)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EveryRowOfTheYearComesBackFromABatchInOrder(bool interruptible)
    {
        if (Year is null || Column("gb_2022_job6h_slack24h_expected.csv", interruptible ? 2 : 1) is not { } expected)
            return;
        var body = new StringBuilder($"{{\"places\": [{Carbon(Year)}]}}\n");
        foreach (var arrivals in Enumerable.Range(0, expected.Count).Chunk(1000))
            body.Append($"{{\"jobs\": [{string.Join(',', arrivals.Select(n => $"{{\"arrival_step\": {n}, \"duration_steps\": 6, \"slack_steps\": 24, \"interruptible\": {(interruptible ? "true" : "false")}}}"))}]}}\n");

        var lines = await Gateway.PostLinesAsync("/api/v1/plans:batch", body.ToString());

        var results = lines.SelectMany(line => line["results"]?.AsArray() ?? []).ToList();
        Assert.Equal(8754, results.Count);
        for (var n = 0; n < results.Count; n++)
        {
            Assert.Equal(n, Number(results[n]!, "index"));
            Assert.Equal(double.Parse(expected[n], CultureInfo.InvariantCulture), Number(results[n]!["plan"]!["carbon"]!, "sum"), 9);
        }

        Assert.Equal(8754, Number(lines[^1]["totals"]!, "planned"));
    }

    [Fact]
    public async Task BatchOfOneLineNeedsNoStreamAndItsWrongJobsFailAlone()
    {
        var lines = await Gateway.PostLinesAsync("/api/v1/plans:batch", $$"""{"places": [{ {{Square}} }], "jobs": [{"job_id": "a", "duration_steps": 1}, {"job_id": "b", "duration_steps": 9}, {"job_id": "c", "duration_steps": "long"}, 7]}""");

        var results = lines.SelectMany(line => line["results"]?.AsArray() ?? []).ToList();
        Assert.Equal(["a", "b", "c", ""], results.Select(result => result!["job_id"]!.GetValue<string>()));
        Assert.Equal(["SERIES_TOO_SHORT", "FIELD_INVALID", "FIELD_INVALID"], results.Skip(1).Select(result => result!["error"]!["reason"]!.GetValue<string>()));
        Assert.Equal(["jobs[2].duration_steps must be an integer", "jobs[3] must be a JSON object"], results.Skip(2).Select(result => result!["error"]!["message"]!.GetValue<string>()));
    }

    [Fact]
    public async Task WaysToRunAJobAreComparedSideBySide()
    {
        var (status, answer) = await Gateway.PostAsync("/api/v1/plans:compare", $$"""{"places": [{ {{Square}} }], "job": {"duration_steps": 2}, "pareto": true}""");

        Assert.Equal(HttpStatusCode.OK, status);
        var policies = answer["rows"]!.AsArray().Select(row => row!["policy"]!.GetValue<string>()["PLAN_POLICY_".Length..]).ToList();
        Assert.Equal(["START_NOW", "CONSECUTIVE", "INTERRUPTIBLE", "PIECES", "CARBON_ONLY", "PRICE_ONLY", "WEIGHTED", "PARETO", "PARETO"], policies);
    }

    [Fact]
    public async Task ForecastOfAZoneIsPlannedAndSaysWhereItsValuesComeFrom()
    {
        var answer = await PlanAsync("""{"places": [{"region_id": 13}, {"grid_zone_code": "GB-R01"}], "job": {"duration": "21600s", "slack": "86400s", "gpu_mins": 1200}}""");

        Assert.Equal(2, answer["data"]!.AsArray().Count);
        var sources = answer["data"]![0]!["carbon"]!["sources"]!.AsArray();
        Assert.Equal(1, sources.Sum(source => Number(source!, "share")), 9);
        Assert.All(sources, source => Assert.Contains(source!["kind"]!.GetValue<string>(), (string[])["PLAN_VALUE_KIND_PUBLISHED", "PLAN_VALUE_KIND_MODEL", "PLAN_VALUE_KIND_SYNTHETIC"]));
        Assert.True(answer["plan"]!["energy"]!["assumed"]!.GetValue<bool>());
        Assert.Single(answer["runners_up"]!.AsArray());
    }

    [Fact]
    public async Task StoredHistoryIsPlannedAsItWasImported()
    {
        await Stack.Database.ExecuteAsync(
            """
            INSERT INTO ingestion.carbon_intensity_regional (region_id, window_start, window_end, actual_gco2_kwh, index, source, captured_at)
            SELECT 6, t, t + interval '30 minutes', CASE WHEN extract(hour FROM t AT TIME ZONE 'UTC') IN (3, 4) THEN 20 ELSE 80 END, 'low', 'import:planned', '2021-02-01Z'
            FROM generate_series('2021-01-01Z'::timestamptz, '2021-01-02Z'::timestamptz - interval '30 minutes', interval '30 minutes') t ON CONFLICT DO NOTHING
            """);

        var answer = await PlanAsync(
            """{"places": [{"region_id": 6, "carbon": {"stored": {"start_time": "2021-01-01T00:00:00Z", "end_time": "2021-01-02T00:00:00Z"}}}], "step": "3600s", "job": {"duration": "7200s"}}""");

        Assert.Equal("2021-01-01T03:00:00Z", answer["plan"]!["window"]!["start_time"]!.GetValue<string>());
        Assert.Equal((75, "import:planned"), (Number(answer["plan"]!, "saving_percent"), answer["data"]![0]!["carbon"]!["sources"]![0]!["source"]!.GetValue<string>()));
    }

    [Fact]
    public async Task WrongFieldAndATooLargeBodyAreRefusedByWhatIsAllowed()
    {
        var (status, problem) = await Gateway.PostAsync("/api/v1/plans:window", """{"places": [{"carbon": {"inline": {"values": [1, -2]}}}], "job": {"duration_steps": 1}}""");
        var (large, why) = await Gateway.PostAsync("/api/v1/plans:window", $"{{\"places\": [{Carbon($"[{string.Join(',', Enumerable.Repeat("123.45", 200_000))}]")}]}}");

        Assert.Equal((HttpStatusCode.BadRequest, "places[0].carbon.inline.values[1]"), (status, problem["errors"]![0]!["field"]!.GetValue<string>()));
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "BODY_TOO_LARGE"), (large, why["reason"]!.GetValue<string>()));
    }

    private async Task<JsonNode> PlanAsync(string body)
    {
        var (status, answer) = await Gateway.PostAsync("/api/v1/plans:window", body);
        Assert.True(status == HttpStatusCode.OK, answer.ToJsonString());
        return answer;
    }

    private static string Carbon(string values) => $"{{\"carbon\": {{\"inline\": {{\"values\": {values}}}}}}}";

    private static string OfYear(string job) => $"{{\"places\": [{Carbon(Year!)}], \"job\": {job}}}";

    // proto3 JSON has 64-bit integers as text; a value of 0 may be left out.
    private static double Number(JsonNode of, string name) => of[name] is { } value ? value.GetValue<double>() : 0;

    private static List<string>? Column(string file, int column = 0)
    {
        var path = Path.Combine(Checkout.Find().Root, "..", "shared", "reference", "windows", file);
        return File.Exists(path) ? [.. File.ReadLines(path).Skip(1).Where(line => line.Length > 0).Select(line => line.Split(',')[column])] : null;
    }
}

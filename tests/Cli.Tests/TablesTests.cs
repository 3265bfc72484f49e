using System.Text.Json;
using Pylon.Cli.Client;
using Pylon.Cli.Commands;
using Spectre.Console;

namespace Pylon.Cli.Tests;

public sealed class TablesTests
{
    private const string Answer = """
        {"workload": {"id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "workload_name": "Test ML Training Job",
          "status": "WORKLOAD_STATUS_PENDING_USER_CHOICE", "recommendations": [
          {"rank": 2, "grid_zone_code": "UK-WEST-1", "zone_name": "Bristol-West", "locality": "Bristol", "renewable_mix_percent": 71,
           "window": {"start_time": "2026-03-01T22:00:00Z", "end_time": "2026-03-02T02:00:00Z"}, "score": 71,
           "source": "RECOMMENDATION_SOURCE_GRID", "synthetic": true, "booking_state": "BOOKING_STATE_NONE"},
          {"rank": 1, "grid_zone_code": "UK-EAST-1", "zone_name": "Cambridge-East", "locality": "Cambridge", "renewable_mix_percent": 85.5,
           "carbon_intensity_gco2_kwh": 120, "window": {"start_time": "2026-03-01T09:00:00Z", "end_time": "2026-03-01T13:00:00Z"},
           "score": 73.5, "source": "RECOMMENDATION_SOURCE_BECKN", "energy_kwh": 16.1, "energy_basis": "ENERGY_BASIS_GPU_MINUTES",
           "expected_price_gbp": 0.68425, "expected_gco2": 1932, "booking_state": "BOOKING_STATE_CONFIRMED"}]}}
        """;

    private static readonly Workload Workload = JsonSerializer.Deserialize<WorkloadAnswer>(Answer, PylonClient.Json)!.Workload;

    [Fact]
    public void RecommendationsAreSortedByRankAndShowAllValues()
    {
        var lines = Render(Tables.Recommendations(Workload)).Where(line => line.Contains("UK-", StringComparison.Ordinal)).ToList();

        Assert.Equal(
            ["1 UK-EAST-1 Cambridge-East, Cambridge 85.5 120.0 2026-03-01 09:00 – 13:00 73.5 ≈16.1 0.6843 1932 beckn confirmed",
             "2 UK-WEST-1 Bristol-West, Bristol 71.0 – 2026-03-01 22:00 – 2026-03-02 02:00 71.0 – – – grid, synthetic none"],
            lines.Select(Words));
    }

    [Fact]
    public void TheOutcomeIsToldAgainstTheBaselineWithWhatIsEstimated() => Assert.Equal(
        [
            "Outcome: 8 kWh, 300 gCO2, 0.632 GBP at the booked offer",
            "Started at once in region 13 of its data centre: 600 gCO2, 0.60 GBP at the wholesale price",
            "Saved: 300 gCO2 (50 %), -0.032 GBP (-5.3 %)",
            "Estimated: the time of phase train is that of its reports",
        ],
        OutcomeText.Lines(JsonSerializer.Deserialize<Outcome>(
            """
            {"energy_kwh": 8, "carbon_gco2": 300, "cost_gbp": 0.632, "cost_basis": "COST_BASIS_BOOKED_OFFER", "saved_gco2": 300, "saved_gbp": -0.032,
             "saved_carbon_percent": 50, "saved_cost_percent": -5.333, "estimated": ["the time of phase train is that of its reports"],
             "baseline": {"place": "BASELINE_PLACE_HOST", "region_id": 13, "carbon_gco2": 600, "cost_gbp": 0.6}}
            """,
            PylonClient.Json)!));

    [Fact]
    public void PhasesAreOneLineAndTheWorkloadEndsWithThem()
    {
        var running = Workload with { Status = "WORKLOAD_STATUS_SCHEDULED", Run = Run("RUNNING", ("COMPLETED", 4, 0), ("RUNNING", 2, 1), ("WAITING", 0, 0)) };
        Assert.Equal("compute_training running: p0 ✓  p1 2/4 (1 failed)  p2 –", running.Run.Line());
        Assert.False(running.IsOver);
        Assert.True((running with { Run = Run("FAILED", ("FAILED", 0, 0)) }).IsOver);
        Assert.True((running with { Run = null }).IsOver);

        static Run Run(string state, params (string State, long Completed, long Failed)[] phases) => new()
        {
            Pipeline = "compute_training",
            State = "RUN_STATE_" + state,
            Phases = [.. phases.Select((p, n) => new PhaseRun { Phase = $"p{n}", State = "PHASE_RUN_STATE_" + p.State, Completed = p.Completed, Failed = p.Failed, Total = 4 })],
        };
    }

    [Fact]
    public void ColumnsAreAligned()
    {
        var lines = Render(Tables.Recommendations(Workload)).Where(line => line.Contains("UK-", StringComparison.Ordinal)).ToList();

        Assert.Equal(lines[0].IndexOf("73.5", StringComparison.Ordinal), lines[1].LastIndexOf("71.0", StringComparison.Ordinal));
    }

    [Fact]
    public void UnknownStatusIsShownUnchanged()
    {
        Assert.Equal("pending_user_choice", Workload.State);
        Assert.Equal("WHATEVER", (Workload with { Status = "WHATEVER" }).State);
    }

    [Fact]
    public void ProcessesShowTheirMemoryInMegabytesOrADash()
    {
        var row = new ProcessRow("gateway", "running", 7, "http://127.0.0.1:8080", DateTimeOffset.UnixEpoch, 128L << 20, 72L << 20, 0, "log");

        var lines = Render(Tables.Processes([row, row with { MemoryBytes = null, FileBytes = null }])).Where(line => line.Contains("gateway", StringComparison.Ordinal)).ToList();

        Assert.EndsWith("128 MB 72 MB", Words(lines[0]), StringComparison.Ordinal);
        Assert.EndsWith("– –", Words(lines[1]), StringComparison.Ordinal);
    }

    private static string Words(string line) => string.Join(' ', line.Split((char[])[' ', '\r'], StringSplitOptions.RemoveEmptyEntries));

    private static string[] Render(Table table)
    {
        var text = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text) });
        console.Profile.Width = 200;
        console.Write(table);
        return text.ToString().Split('\n');
    }
}

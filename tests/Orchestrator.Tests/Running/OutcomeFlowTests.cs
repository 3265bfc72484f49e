using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.V1;
using Pylon.Testing;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>Outcomes of workloads whose runs have ended, with a fake Ingestion and a fake Conductor.</summary>
public sealed class OutcomeFlowTests
{
    private static readonly string[] Impatient = ["--Outcomes:PollInterval=00:00:00.1", "--Outcomes:Lease=00:00:01", "--Outcomes:Recheck=00:00:01"];
    private static readonly DateTimeOffset Start = new(2026, 3, 4, 10, 20, 0, TimeSpan.Zero);

    [Fact]
    public async Task TheOutcomeIsThatOfACalculationSecondBySecondAndLaterReportsChangeIt()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        stack.Ingestion.RegionOfZones = 13;
        stack.Ingestion.Signals = (request, at) => new GridPoint { Value = Value(request.Series, request.RegionId, at), Actual = true };
        await stack.Database.ExecuteAsync("INSERT INTO data_centres (dc_id, name, region_id) VALUES ('DC-003', 'd', 3)");
        var id = (await stack.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "w", HostDcId = "DC-003" })).Workload.Id;
        await RunAsync(stack, id, prepare: (3, Start, 45), train: (5, Start.AddMinutes(45), 95));
        var workload = await Eventually.Is(() => stack.GetAsync(id), w => w.Outcome is { EnergyKwh: 8 });

        var outcome = workload.Outcome;
        var submitted = workload.SubmittedAt.ToDateTimeOffset();
        Assert.Equal((EnergyBasis.Reported, CostBasis.BookedOffer), (outcome.EnergyBasis, outcome.CostBasis));
        Assert.Equal((Start, Start.AddMinutes(140)), (outcome.StartedAt.ToDateTimeOffset(), outcome.EndedAt.ToDateTimeOffset()));
        Assert.Equal((3, BaselinePlace.Host, submitted), (outcome.Baseline.RegionId, outcome.Baseline.Place, outcome.Baseline.StartTime.ToDateTimeOffset()));
        Assert.Empty(outcome.Estimated);
        var (carbon, home) = (Sum(Start, 5, at => Value(GridSeries.CarbonIntensity, 13, at)), Sum(submitted, 5, at => Value(GridSeries.CarbonIntensity, 3, at)));
        var price = Sum(submitted, 5, at => Value(GridSeries.MarketIndexPrice, 0, at) / 1000);
        Close((carbon, home, home - carbon), (outcome.CarbonGco2, outcome.Baseline.CarbonGco2, outcome.SavedGco2));
        // North Scotland's offer.
        Close((8 * 0.071, price, price - (8 * 0.071)), (outcome.CostGbp, outcome.Baseline.CostGbp, outcome.SavedGbp));
        Assert.Equal(outcome.SavedGco2 / outcome.Baseline.CarbonGco2 * 100, outcome.SavedCarbonPercent, 6);
        // The columns that views add up, and the rows.
        Assert.Equal(
            [outcome.EnergyKwh, outcome.CarbonGco2, outcome.CostGbp, outcome.SavedGco2, outcome.SavedGbp],
            (await stack.Database.ScalarAsync<double[]>("SELECT ARRAY[actual_energy_kwh, actual_carbon_gco2, actual_cost_gbp, saved_gco2, saved_gbp] FROM compute_workloads"))!);
        const string rows = "SELECT ARRAY[sum(energy_consumed_kwh), sum(carbon_emitted_gco2), sum(cost_gbp)] FROM workload_energy_consumption WHERE NOT estimated AND regional_signal_id LIKE 'CarbonIntensity:13:2026-03-04T%'";
        var sums = (await stack.Database.ScalarAsync<double[]>(rows))!;
        Close((8, carbon, 8 * 0.071), (sums[0], sums[1], sums[2]));
        var state = await stack.Registry.GetLiveStateAsync(new GetLiveStateRequest());
        Assert.Equal(
            Enumerable.Range(0, 6).Select(n => $"CarbonIntensity:13:{Start.AddMinutes(130 - (30 * n)):yyyy-MM-ddTHH:mm}Z"),
            state.Links.Where(link => link.Type == LinkType.Consumed).Select(link => link.ToId));

        stack.Conductor.Report(id, "train", 2, (6, Start.AddMinutes(45), 95));
        var later = await Eventually.Is(() => stack.GetAsync(id), w => w.Outcome.EnergyKwh == 9);
        Assert.Equal(Sum(Start, 6, at => Value(GridSeries.CarbonIntensity, 13, at)), later.Outcome.CarbonGco2, 6);
        Assert.Equal(9, (await stack.Database.ScalarAsync<double[]>(rows))![0], 6);
        Assert.Equal(0L, await stack.Database.ScalarAsync<long>("SELECT count(outcome_due_at) FROM workload_runs"));
    }

    [Fact]
    public async Task AForecastIsToldAsEstimatedUntilItIsMeasured()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        stack.Ingestion.RegionOfZones = 13;
        stack.Ingestion.Signals = (_, _) => new GridPoint { Value = 100 };
        var id = await stack.SubmitAsync();
        await RunAsync(stack, id, prepare: (1, Start, 10), train: (1, Start, 10));
        var forecast = await Eventually.Is(() => stack.GetAsync(id), w => w.Outcome is { EnergyKwh: 2 });
        Assert.NotEmpty(forecast.Outcome.Estimated);
        Assert.Equal((200, BaselinePlace.National), (forecast.Outcome.CarbonGco2, forecast.Outcome.Baseline.Place));
        Assert.True(await stack.Database.ScalarAsync<bool>("SELECT outcome_estimated FROM compute_workloads"));

        stack.Ingestion.Signals = (_, _) => new GridPoint { Value = 50, Actual = true };
        var measured = await Eventually.Is(() => stack.GetAsync(id), w => w.Outcome.CarbonGco2 == 100);
        Assert.Empty(measured.Outcome.Estimated);
    }

    [Fact]
    public async Task UnreachableIngestionDelaysTheOutcomeAndNothingElse()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        stack.Ingestion.RegionOfZones = 13;
        var id = await stack.SubmitAsync();
        await RunAsync(stack, id, prepare: (1, Start, 10), train: (1, Start, 10));
        var waiting = await stack.UntilAsync(id, RunState.Completed);
        Assert.Null(waiting.Outcome);
        stack.Ingestion.Signals = (_, _) => new GridPoint { Value = 50, Actual = true };
        await Eventually.Is(() => stack.GetAsync(id), w => w.Outcome is not null);
    }

    [Fact]
    public async Task WhatIsSyntheticOrNeverRanIsNotCounted()
    {
        await using var stack = await OrchestratorStack.StartAsync("sync", Impatient);
        stack.Ingestion.Signals = (_, _) => new GridPoint { Value = 50, Actual = true };
        var (synthetic, cancelled) = (await stack.SubmitAsync("synthetic"), await stack.SubmitAsync("cancelled"));
        await stack.Database.ExecuteAsync("UPDATE compute_workloads SET source = 'synthetic' WHERE id = $1", Guid.Parse(synthetic));
        await stack.UntilAsync(cancelled, WorkloadStatus.PendingUserChoice);
        await stack.ChooseAsync(cancelled, 1);
        await stack.CancelAsync(cancelled);
        await RunAsync(stack, synthetic, prepare: (1, Start, 10), train: (1, Start, 10));
        await stack.UntilAsync(synthetic, RunState.Completed);
        await Eventually.Is(() => stack.Database.ScalarAsync<long>("SELECT count(*) FROM workload_runs WHERE outcome_due_at IS NULL AND ended_at IS NOT NULL"), n => n == 2);
        Assert.Equal(0L, await stack.Database.ScalarAsync<long>("SELECT count(outcome) + count(saved_gco2) FROM compute_workloads"));
    }

    private static async Task RunAsync(
        OrchestratorStack stack, string id, (double Kwh, DateTimeOffset Start, int Minutes) prepare, (double Kwh, DateTimeOffset Start, int Minutes) train)
    {
        await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
        await stack.ChooseAsync(id, 1);
        await stack.UntilAsync(id, RunState.Running);
        stack.Conductor.Report(id, "prepare", 2, prepare);
        stack.Conductor.Report(id, "train", 2, train);
    }

    /// <summary>Different in every half hour, region and series.</summary>
    private static double Value(GridSeries series, int region, DateTimeOffset at) => ((int)series * 10) + (region * 3) + (at.Minute >= 30 ? 40 : 0) + at.Hour;

    /// <summary>3 kWh over the first 45 minutes and the others over the next 95, each second at its value.</summary>
    private static double Sum(DateTimeOffset start, double train, Func<DateTimeOffset, double> value) =>
        Enumerable.Range(0, 140 * 60).Sum(second => (second < 45 * 60 ? 3 / (45 * 60.0) : train / (95 * 60.0)) * value(start.AddSeconds(second)));

    // A submission between two seconds.
    private static void Close((double, double, double) expected, (double, double, double) actual)
    {
        Assert.Equal(expected.Item1, actual.Item1, 0.2);
        Assert.Equal(expected.Item2, actual.Item2, 0.2);
        Assert.Equal(expected.Item3, actual.Item3, 0.2);
    }
}

using Grpc.Core;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Tests.Running;

/// <summary>Constraints, preferences and limits of operators through the whole flow, with the Sandbox's catalogue.</summary>
public sealed class ConstrainedFlowTests
{
    // The third best window of each kind: 71 gCO2/kWh; 0.081 GBP/kWh for the 1.05 kWh that are assumed.
    [Theory]
    [InlineData("max_price", 0.0001, Constraint.MaxPrice, 0.0851)]
    [InlineData("carbon_cap", 20, Constraint.CarbonCap, 71)]
    [InlineData("max_total", 20, Constraint.MaxTotalGco2, 74.6)]
    public async Task WhatCannotBeOfferedFailsAtOnceAndGoesOnWithTheRelaxationThatIsTold(string name, double value, Constraint binding, double nearest)
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var request = new SubmitWorkloadRequest { WorkloadName = name };
        Set(request, name, value);
        var failed = await stack.UntilAsync((await stack.Workloads.SubmitWorkloadAsync(request)).Workload.Id, WorkloadStatus.Failed);

        var told = failed.Infeasibility;
        Assert.Equal((binding, nearest, 1), (told.BindingConstraint, told.Relaxations[0].Changes[0].Number, failed.Attempts));
        Assert.InRange(told.OptionsLeft, 0, 2);
        Assert.Contains(told.Relaxations[0].Text, failed.FailureReason, StringComparison.Ordinal);
        Assert.Contains(told.Relaxations[0].Text, told.NextStep, StringComparison.Ordinal);
        Assert.Empty(failed.Recommendations);
        // Nothing was booked, and nothing is tried again.
        Assert.Equal((0, binding == Constraint.MaxPrice ? 1 : 2), (await stack.RequestsAsync("select"), await stack.RequestsAsync("discover")));
        Assert.Single((await stack.Workloads.ListDeadLettersAsync(new ListDeadLettersRequest())).DeadLetters);

        // Replayed as it is, it fails again; with the value that was told it is offered.
        await stack.ReplayAsync(failed.Id);
        Assert.Equal(told.Relaxations, (await stack.UntilAsync(failed.Id, WorkloadStatus.Failed)).Infeasibility.Relaxations);
        var replay = new ReplayWorkloadRequest { Id = failed.Id };
        Set(replay, name, nearest);
        await stack.Workloads.ReplayWorkloadAsync(replay);
        var offered = await stack.UntilAsync(failed.Id, WorkloadStatus.PendingUserChoice);
        Assert.Null(offered.Infeasibility);
        Assert.Equal((1.05, EnergyBasis.Default), (Math.Round(offered.Recommendations[0].EnergyKwh, 9), offered.Recommendations[0].EnergyBasis));
        Assert.All(offered.Recommendations, r => Assert.True(name switch
        {
            "max_price" => r.ExpectedPriceGbp <= nearest,
            "carbon_cap" => r.CarbonIntensityGco2Kwh <= nearest,
            _ => r.ExpectedGco2 <= nearest,
        }));
        Assert.Contains($"They satisfy: {(name == "max_price" ? "max_price_gbp" : name + "_gco2")} ", offered.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AConstraintCanBeDroppedAndOneOfAMadeChoiceCannotBeChanged()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var id = (await stack.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "w", MaxPriceGbp = 0.0001, Urgency = Urgency.Critical })).Workload.Id;
        await stack.UntilAsync(id, WorkloadStatus.Failed);
        var wrong = await Assert.ThrowsAsync<RpcException>(async () => await stack.Workloads.ReplayWorkloadAsync(
            new ReplayWorkloadRequest { Id = id, MaxPriceGbp = 1, Remove = { Constraint.MaxPrice } }));
        Assert.Equal("remove", Assert.Single(wrong.Violations()).Field);
        await stack.Workloads.ReplayWorkloadAsync(new ReplayWorkloadRequest { Id = id, Remove = { Constraint.MaxPrice, Constraint.Delay } });
        var offered = await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
        Assert.Equal((false, Urgency.Unspecified), (offered.HasMaxPriceGbp, offered.Urgency));

        await stack.FaultAsync(new { action = "select", kind = "http_error", count = 0 });
        await stack.ChooseAsync(id, 2);
        await stack.UntilAsync(id, WorkloadStatus.Failed);
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await stack.Workloads.ReplayWorkloadAsync(new ReplayWorkloadRequest { Id = id, MaxPriceGbp = 1 }));
        Assert.Equal((StatusCode.FailedPrecondition, "CHOICE_MADE"), (refused.StatusCode, refused.Reason()));
        await stack.ClearFaultsAsync();
        await stack.ReplayAsync(id);
        await stack.UntilAsync(id, WorkloadStatus.Scheduled);
    }

    [Fact]
    public async Task CriticalWorkIsOfferedOnlyWhatCanStartNow()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        var id = (await stack.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "now", Urgency = Urgency.Critical })).Workload.Id;
        var offered = await stack.UntilAsync(id, WorkloadStatus.PendingUserChoice);
        Assert.All(offered.Recommendations, r => Assert.True(r.Window.StartTime <= offered.UpdatedAt));
    }

    [Fact]
    public async Task TheOperatorOfTheUserLimitsAndTheUserPrefers()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync(
            """INSERT INTO operators (name, metadata) VALUES ('North', '{"constraints": {"blocked_zones": ["UK-SCOT-1"], "max_carbon_intensity": 130}}')""");
        await stack.Database.ExecuteAsync(
            """INSERT INTO users (email, operator_id, preferences) SELECT 'a@b.example', id, '{"cost_priority": "high"}' FROM operators""");
        var submitted = (await stack.Workloads.SubmitWorkloadAsync(new SubmitWorkloadRequest { WorkloadName = "w", UserEmail = "a@b.example" })).Workload;
        Assert.Equal(await stack.Database.ScalarAsync<Guid>("SELECT id FROM operators"), Guid.Parse(submitted.OperatorId));
        var offered = await stack.UntilAsync(submitted.Id, WorkloadStatus.PendingUserChoice);

        // By price: South Scotland 0.079, South West 0.081, East 0.086, North East 0.088.
        Assert.Equal(["UK-SCOT-4", "UK-SWEST-1", "UK-EAST-1"], offered.Recommendations.Select(r => r.GridZoneCode));
        Assert.All(offered.Recommendations, r => Assert.Equal("ranked with the user's preferences: cost priority 0.75", r.Note));
        Assert.Contains("the operator's constraints (at most 130 gCO2/kWh, not UK-SCOT-1)", offered.Summary, StringComparison.Ordinal);
        Assert.Contains("because the operator blocks its zone", offered.Summary, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("operators", "name, metadata", """'x', '{"constraints": {"max_carbon_intensity": "low"}}'""")]
    [InlineData("operators", "name, metadata", """'x', '{"constraints": {"blocked_zones": [1]}}'""")]
    [InlineData("operators", "name, metadata", """'x', '{"constraints": [1]}'""")]
    [InlineData("users", "email, preferences", """'a@b', '{"cost_priority": 2}'""")]
    [InlineData("users", "email, preferences", """'a@b', '{"cost_priority": "very"}'""")]
    [InlineData("users", "email, preferences", """'a@b', '{"prefer_renewable": "yes"}'""")]
    public async Task LimitsAndPreferencesThatCannotBeReadAreRefusedByTheDatabase(string table, string columns, string values)
    {
        await using var database = await OrchestratorDatabase.CreateAsync();
        var refused = await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.ExecuteAsync($"INSERT INTO {table} ({columns}) VALUES ({values})"));
        Assert.EndsWith("_can_be_read", refused.ConstraintName, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EachNewFieldIsStoredToldAndRefusedWhenItIsWrong()
    {
        await using var stack = await OrchestratorStack.StartAsync();
        await stack.Database.ExecuteAsync("INSERT INTO operators (name) VALUES ('o')");
        await stack.Database.ExecuteAsync("INSERT INTO data_centres (dc_id, name, region_id, pue) VALUES ('DC-001', 'd', 13, 1.15)");
        var owner = (await stack.Database.ScalarAsync<Guid>("SELECT id FROM operators")).ToString();
        var request = new SubmitWorkloadRequest
        {
            RequestId = Guid.NewGuid().ToString(),
            WorkloadName = "w",
            JobId = "job-7",
            RequiredCpuCores = 8,
            RequiredMemoryGb = 64.5,
            RequiredGpuMins = 1200,
            DeferralWindowMins = 1440,
            MaxTotalGco2 = 5000,
            OperatorId = owner,
            HostDcId = "DC-001",
        };
        var first = (await stack.Workloads.SubmitWorkloadAsync(request)).Workload;
        Assert.Equal(first.Id, (await stack.Workloads.SubmitWorkloadAsync(request)).Workload.Id);
        var offered = await stack.UntilAsync(first.Id, WorkloadStatus.PendingUserChoice);
        Assert.Equal(("job-7", 8, 64.5, 1440, 5000, owner), (offered.JobId, offered.RequiredCpuCores, offered.RequiredMemoryGb, offered.DeferralWindowMins, offered.MaxTotalGco2, offered.OperatorId));
        // With the PUE of its data centre.
        Assert.Equal((16.1, EnergyBasis.GpuMinutes), (Math.Round(offered.Recommendations[0].EnergyKwh, 9), offered.Recommendations[0].EnergyBasis));
        var delivery = "request #>> '{message,order,beckn:fulfillment,beckn:deliveryAttributes,beckn:workloadMetadata";
        Assert.Equal(
            "8 64.5 5 kgCO2",
            await stack.Database.ScalarAsync<string>($"SELECT concat_ws(' ', {delivery},cpuCores}}', {delivery},memoryGb}}', {delivery},carbonBudget}}', {delivery},carbonBudgetUnit}}') FROM beckn_messages WHERE action = 'init'"));

        request.RequestId = "";
        var used = await Assert.ThrowsAsync<RpcException>(async () => await stack.Workloads.SubmitWorkloadAsync(request));
        Assert.Equal((StatusCode.AlreadyExists, "JOB_ID_USED"), (used.StatusCode, used.Reason()));
        foreach (var (field, wrong) in new (string, Action<SubmitWorkloadRequest>)[]
        {
            ("operator_id", r => r.OperatorId = Guid.NewGuid().ToString()),
            ("host_dc_id", r => r.HostDcId = "DC-002"),
            ("required_cpu_cores", r => r.RequiredCpuCores = 0),
            ("required_memory_gb", r => r.RequiredMemoryGb = double.NaN),
            ("estimated_energy_kwh", r => r.EstimatedEnergyKwh = -1),
            ("deferral_window_mins", r => r.DeferralWindowMins = 527_041),
            ("max_total_gco2", r => r.MaxTotalGco2 = 0),
        })
        {
            var other = request.Clone();
            other.JobId = "";
            wrong(other);
            var refused = await Assert.ThrowsAsync<RpcException>(async () => await stack.Workloads.SubmitWorkloadAsync(other));
            Assert.Equal(field, Assert.Single(refused.Violations()).Field);
        }
    }

    private static void Set(SubmitWorkloadRequest request, string name, double value) => _ = name switch
    {
        "max_price" => request.MaxPriceGbp = value,
        "carbon_cap" => request.CarbonCapGco2 = value,
        _ => request.MaxTotalGco2 = value,
    };

    private static void Set(ReplayWorkloadRequest request, string name, double value) => _ = name switch
    {
        "max_price" => request.MaxPriceGbp = value,
        "carbon_cap" => request.CarbonCapGco2 = value,
        _ => request.MaxTotalGco2 = value,
    };
}

using Pylon.Beckn;
using Pylon.Common.V1;
using Pylon.Ingestion.V1;
using Pylon.Orchestrator.Constraints;
using Pylon.Orchestrator.Recommendations;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Tests.Rules;

/// <summary>Each constraint alone, and all together: what is offered, and what is said when nothing is.</summary>
public sealed class ConstraintTests
{
    private static readonly DateTimeOffset Now = RankingTests.Window(0, 1).StartTime.ToDateTimeOffset();

    internal static readonly Limits NoLimits = Of(new WorkloadRecord { Id = Guid.Empty, Name = "w" });

    // Five windows of 10 kWh jobs: clean and dear early, dirty and cheap late; one tells little.
    private static readonly CatalogueItem[] Items =
    [
        Item("A", carbon: 20, price: 0.30, from: -1, to: 2, room: 5),
        Item("B", carbon: 60, price: 0.20, from: 1, to: 4, room: 10),
        Item("C", carbon: 100, price: 0.10, from: 3, to: 6, room: 20),
        Item("D", carbon: 200, price: 0.05, from: 5, to: 8, room: 50),
        RankingTests.Item("E", 50, null),
    ];

    public static TheoryData<string, string[], Constraint, string> Cases => new()
    {
        { "", ["A", "B", "C"], Constraint.Unspecified, "" },
        { "cap=100", ["A", "B", "C"], Constraint.Unspecified, "" },
        { "cap=99", [], Constraint.CarbonCap, "carbon_cap_gco2 100 gCO2/kWh" },
        { "cap=10", [], Constraint.CarbonCap, "carbon_cap_gco2 100 gCO2/kWh" },
        { "total=1000", ["A", "B", "C"], Constraint.Unspecified, "" },
        { "total=999.9", [], Constraint.MaxTotalGco2, "max_total_gco2 1000 gCO2" },
        { "price=2", ["B", "C", "D"], Constraint.Unspecified, "" },
        { "price=1.9999", [], Constraint.MaxPrice, "max_price_gbp 2 GBP" },
        { "price=0.0001", [], Constraint.MaxPrice, "max_price_gbp 2 GBP" },
        { "deadline=6", ["A", "B", "C"], Constraint.Unspecified, "" },
        { "deadline=5.99", [], Constraint.Deadline, "deadline 2026-03-04T18:00:00Z" },
        { "delay=180", ["A", "B", "C"], Constraint.Unspecified, "" },
        { "delay=179", [], Constraint.Delay, "deferral_window_mins 180 min" },
        { "delay=0", [], Constraint.Delay, "deferral_window_mins 180 min" },
        { "load=10", ["B", "C", "D"], Constraint.Unspecified, "" },
        { "load=51", [], Constraint.Load, "compute_load_mw 20 MW" },
        { "operator=max_carbon_intensity:100", ["A", "B", "C"], Constraint.Unspecified, "" },
        { "operator=max_carbon_intensity:50", [], Constraint.Operator, "other constraints of the operator" },
        { "cap=100 total=1000 price=3 deadline=6 delay=180 load=5", ["A", "B", "C"], Constraint.Unspecified, "" },
        { "cap=100 total=1000 price=3 deadline=6 delay=180 load=6", [], Constraint.Load, "compute_load_mw 5 MW" },
        { "cap=100 total=1000 price=2.5 deadline=6 delay=180 load=5", [], Constraint.MaxPrice, "max_price_gbp 3 GBP" },
        { "cap=60 price=2", [], Constraint.Unspecified, "carbon_cap_gco2 200 gCO2/kWh" },
        { "cap=60 deadline=4", [], Constraint.Unspecified, "carbon_cap_gco2 100 gCO2/kWh and deadline 2026-03-04T18:00:00Z" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void WhatIsOfferedOrWhatBinds(string limits, string[] offered, Constraint binding, string relaxation)
    {
        var (market, asked) = (MarketOf(Items), Parse(limits));
        var found = market.Choose(asked);
        if (offered.Length > 0)
        {
            Assert.Equal(offered, found.Select(o => o.Recommendation.ItemId));
            Assert.All(found, o => Assert.Empty(Judgement.Broken(asked, PlaceOf(o.Recommendation.ItemId), Now)));
            return;
        }

        Assert.True(found.Count < 3);
        var told = Relaxations.Find(asked, market.Places, l => market.Choose(l).Count, Now)!;
        Assert.Equal(found.Count, told.OptionsLeft);
        Assert.Equal(relaxation, told.Relaxations[0].Text);
        if (limits != "cap=60 price=2")
            Assert.Equal(binding, told.BindingConstraint);
        Assert.All(told.Relaxations, r => Assert.Equal(3, market.Choose(r.Changes.Aggregate(asked, Relaxed)).Count));
        Assert.Contains(relaxation, Relaxations.Reason(told, asked), StringComparison.Ordinal);
        Assert.NotEmpty(told.NextStep);
    }

    [Fact]
    public void OfSeveralConstraintsWhoseRelaxationIsEnoughTheNearestBinds()
    {
        // D is 1 % too dear for the cap; C is twice as late as the delay allows.
        var market = MarketOf(Items[1], Items[2], Items[3]);
        var told = Relaxations.Find(Parse("cap=198 delay=400"), market.Places, l => market.Choose(l).Count, Now)!;
        Assert.Equal([Constraint.CarbonCap], told.Relaxations.Select(r => r.Changes[0].Constraint));
        Assert.Equal((Constraint.CarbonCap, 2, 1, 3), (told.BindingConstraint, told.OptionsLeft, told.Broken[0].Count, told.Broken[0].Considered));
    }

    [Fact]
    public void WhatNoConstraintKeepsOutIsNotBlamedOnOne()
    {
        var market = MarketOf(Items[0], Items[1]);
        Assert.Null(Relaxations.Find(Parse("cap=1"), market.Places, l => market.Choose(l).Count, Now));
    }

    [Fact]
    public void APriceThatIsNotToldMeansThatTheCapHasToGo()
    {
        var market = MarketOf(Items[0], Items[1], Items[4]);
        var told = Relaxations.Find(Parse("price=5"), market.Places, l => market.Choose(l).Count, Now)!;
        Assert.True(Assert.Single(Assert.Single(told.Relaxations).Changes).Removed);
        Assert.Equal("no max_price_gbp", told.Relaxations[0].Text);
    }

    [Theory]
    [InlineData("GBP", "per_kWh", 0.1, 0.1)]
    [InlineData("gbp", "GBP/MWh", 100, 0.1)]
    [InlineData("GBP", "per_hour", 0.1, null)]
    [InlineData("GBP", "", 0.1, null)]
    [InlineData("EUR", "per_kWh", 0.1, null)]
    [InlineData("", "per_kWh", 0.1, null)]
    public void APriceCountsInGbpForAKwhOrMwh(string currency, string unit, double value, double? gbp) =>
        Assert.Equal(gbp, Place.OfPrice(new Price { Currency = currency, Unit = unit, Value = value }));

    [Fact]
    public void WhatHasBegunCanStartNowWithoutADelay()
    {
        var late = Parse("delay=0") with { SubmittedAt = Now.AddHours(-5) };
        Assert.Equal(["A"], MarketOf(Items).Choose(late).Select(o => o.Recommendation.ItemId));
    }

    [Theory]
    [InlineData("CRITICAL", 0.0)]
    [InlineData("HIGH", 30.0)]
    [InlineData("MEDIUM", 120.0)]
    [InlineData("LOW", 360.0)]
    [InlineData(null, null)]
    public void TheUrgencyLimitsTheDelayUnlessTheWorkloadSaysAnother(string? urgency, double? minutes)
    {
        var workload = new WorkloadRecord { Id = Guid.Empty, Name = "w", Urgency = urgency };
        Assert.Equal(minutes, Of(workload).DelayMins);
        Assert.Equal(7, Of(workload with { DeferralWindowMins = 7 }).DelayMins);
    }

    [Fact]
    public void EnergyIsToldOrAssumedAndSaysWhich()
    {
        var bare = new WorkloadRecord { Id = Guid.Empty, Name = "w" };
        var options = new ConstraintOptions();
        var window = RankingTests.Window(0, 4);
        Assert.Equal((9, EnergyBasis.Told), Energy(bare with { EstimatedEnergyKwh = 9, RequiredGpuMins = 5 }, null));
        // 1,200 GPU minutes at 0.7 kW and a PUE of 1.15.
        var (kwh, basis) = Energy(bare with { RequiredGpuMins = 1200 }, 1.15);
        Assert.Equal((16.1, EnergyBasis.GpuMinutes), (Math.Round(kwh, 9), basis));
        Assert.Equal((0.68425, 724.5), (Math.Round(kwh * 0.0425, 9), Math.Round(kwh * 45, 9)));
        Assert.Equal((8000, EnergyBasis.Load), Energy(bare with { ComputeLoadMw = 2 }, null));
        Assert.Equal((1.05, EnergyBasis.Default), (Math.Round(Energy(bare, null).Kwh, 9), Energy(bare, null).Basis));

        (double Kwh, EnergyBasis Basis) Energy(WorkloadRecord workload, double? pue) => JobEnergy.Of(workload, pue, options).In(window);
    }

    [Fact]
    public void ThePriceCapOfASyntheticWorkloadIsNotJudged()
    {
        var workload = new WorkloadRecord { Id = Guid.Empty, Name = "w", MaxPriceGbp = 5 };
        Assert.Equal((5, null), (Of(workload).MaxPriceGbp, Of(workload with { Source = "synthetic" }).MaxPriceGbp));
    }

    [Fact]
    public void OperatorsAllowAndBlockZones()
    {
        Assert.Equal(["B", "C", "D"], Chosen("""{"allowed_zones":["zone-b","ZONE-C","ZONE-D"]}"""));
        Assert.Equal(["A", "C", "D"], Chosen("""{"blocked_zones":["ZONE-B"],"unknown":1}"""));
        Assert.Equal(["A", "B", "C"], Chosen("null"));

        IEnumerable<string> Chosen(string limits) =>
            MarketOf(Items).Choose(NoLimits with { Operator = OperatorLimits.Read(limits) }).Select(o => o.Recommendation.ItemId);
    }

    [Theory]
    [InlineData("{}", "A B C", "")]
    [InlineData("""{"max_carbon_intensity":70}""", "A B C", "above the 70 gCO2/kWh")]
    [InlineData("""{"cost_priority":1}""", "D C B", "cost priority 1")]
    [InlineData("""{"cost_priority":"low"}""", "C D B", "cost priority 0.25")]
    [InlineData("""{"cost_priority":0}""", "A B C", "")]
    [InlineData("""{"prefer_renewable":true}""", "A B C", "renewable generation first")]
    public void PreferencesChangeTheOrderAndSaySo(string preferences, string order, string note)
    {
        var found = (MarketOf(Items) with { Preferences = Preferences.Read(preferences) }).Choose(NoLimits);
        Assert.Equal(order.Split(' '), found.Select(o => o.Recommendation.ItemId));
        Assert.Contains(note, found[2].Recommendation.Note, StringComparison.Ordinal);
    }

    private static Market MarketOf(params CatalogueItem[] items) => new(items, [.. items.Select(Zone)], [], Preferences.None, Now);

    private static Place PlaceOf(string item) => Place.Of(Items.Single(i => i.ItemId == item), null);

    private static ResolvedGridZone Zone(CatalogueItem item) => new() { Zone = new GridZone { Id = item.GridZone, GridZoneCode = item.GridZone } };

    private static CatalogueItem Item(string id, double carbon, double price, int from, int to, double room) => RankingTests.Item(id, 80, carbon) with
    {
        Window = RankingTests.Window(from, to),
        AvailableCapacityMw = room,
        Price = new Price { Value = price, Currency = "GBP", Unit = "per_kWh" },
    };

    private static Limits Of(WorkloadRecord workload) => Limits.Of(
        workload with { SubmittedAt = Now }, new ConstraintContext(Preferences.None, null, null), new ConstraintOptions());

    private static Limits Parse(string text)
    {
        var limits = NoLimits with { Energy = new JobEnergy(10, EnergyBasis.Told, 0, 0) };
        foreach (var (name, value) in text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(t => (t.Split('=')[0], t.Split('=')[1])))
        {
            limits = name switch
            {
                "cap" => limits with { CarbonCap = double.Parse(value) },
                "total" => limits with { MaxTotalGco2 = double.Parse(value) },
                "price" => limits with { MaxPriceGbp = double.Parse(value) },
                "deadline" => limits with { Deadline = Now.AddHours(double.Parse(value)) },
                "delay" => limits with { DelayMins = double.Parse(value) },
                "load" => limits with { LoadMw = double.Parse(value) },
                _ => limits with { Operator = new OperatorLimits { MaxCarbonIntensity = double.Parse(value.Split(':')[1]) } },
            };
        }

        return limits;
    }

    private static Limits Relaxed(Limits limits, ConstraintChange change) => limits.With(
        change.Constraint,
        change.ValueCase switch
        {
            ConstraintChange.ValueOneofCase.Number => change.Number,
            ConstraintChange.ValueOneofCase.Time => change.Time.ToDateTimeOffset().ToUnixTimeMilliseconds(),
            _ => null,
        });
}

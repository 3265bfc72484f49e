using System.Text.Json.Nodes;
using Pylon.Orchestrator.Contexts;
using Pylon.Orchestrator.Decisions;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class OutputBuilderTests
{
    private static readonly DateTime GeneratedAt = Contexts.Now.UtcDateTime;

    [Fact]
    public void OutputHasTheShapeOfTheSeed()
    {
        var context = Contexts.Build(null, null, Contexts.Edinburgh);

        var output = JsonNode.Parse(OutputBuilder.Build(context, GeneratedAt).ToJson())!;

        var option = output["data_centre_options"]![0]!;
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse(
                """
                {
                  "current_carbon_intensity_gco2": 45, "regional_carbon_index": "very low", "grid_stress_score": 0.3, "wholesale_price_gbp_mwh": 42.5,
                  "generation_mix": { "wind_pct": 65, "solar_pct": 5, "gas_pct": 10, "nuclear_pct": 15, "other_pct": 5 }
                }
                """),
            option["energy_profile"]), option["energy_profile"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(
            JsonNode.Parse("""{ "pue": 1.15, "total_capacity_teraflops": 500, "current_load_percentage": 45, "flexibility_rating": 0.8, "available_for_task": true }"""),
            option["compute_profile"]));
        Assert.Equal(("DC-001", "Edinburgh Green DC", "South Scotland", 92), ((string)option["dc_id"]!, (string)option["name"]!, (string)option["location_region"]!, (int)option["suitability_score"]!));
        Assert.Equal(
            ["job_id", "workload_type", "urgency", "required_gpu_mins", "required_cpu_cores", "required_memory_gb", "estimated_energy_kwh", "carbon_cap_gco2", "max_price_gbp", "deadline", "deferral_window_mins", "created_at"],
            output["task"]!.AsObject().Select(p => p.Key));
        Assert.Null(output["task"]!["carbon_cap_gco2"]);
        Assert.Equal(("JOB-12345", 1, "deterministic-v1"), ((string)output["_metadata"]!["task_id"]!, (int)output["_metadata"]!["dc_count"]!, (string)output["_metadata"]!["model"]!));
        Assert.Equal(context.Id.ToString(), (string)output["_metadata"]!["context_id"]!);
    }

    [Fact]
    public void OrderOfTheDataCentresChangesNothing()
    {
        DataCentre[] centres = [.. Enumerable.Range(1, 9).Select(n => Contexts.Edinburgh with { DcId = $"DC-{n:000}", Id = Guid.NewGuid(), Pue = 1 + (n % 4 * .2), RegionId = (short)(n % 3) })];
        var expected = OutputBuilder.Build(Contexts.Build(null, null, centres), GeneratedAt).ToJson();
        var random = new Random(3);
        for (var n = 0; n < 20; n++)
        {
            random.Shuffle(centres);
            Assert.Equal(expected, OutputBuilder.Build(Contexts.Build(null, null, centres), GeneratedAt).ToJson());
        }
    }

    [Fact]
    public void WithoutDataCentresThereIsNoOptionAndTheOutputSaysSo()
    {
        var output = OutputBuilder.Build(Contexts.Build(), GeneratedAt);
        Assert.Empty(output.DataCentreOptions);
        Assert.Null(output.Best);
        Assert.Equal((0, "There is no data centre, so there is no option."), (output.Metadata.DcCount, output.Metadata.Message));
    }

    [Fact]
    public void BrokenCarbonCapIsNamedAndCapsTheScore()
    {
        var task = Contexts.Task with { CarbonCapGco2 = 40 };
        var option = OutputBuilder.Build(Contexts.Build(task, null, Contexts.Edinburgh), GeneratedAt).DataCentreOptions[0];
        Assert.Equal((40, false), (option.SuitabilityScore, option.ComputeProfile.AvailableForTask));
        Assert.Equal(new BrokenConstraint("carbon_cap_gco2", 45d, 40d), Assert.Single(option.BrokenConstraints));
    }

    public static TheoryData<string, string?> Limits() => new()
    {
        { "status MAINTENANCE", "status" },
        { "status OFFLINE", "status" },
        { "status CONSTRAINED load 79", null },
        { "status CONSTRAINED load 80", "status" },
        { "load 95.1", "load" },
        { "load 95", null },
        { "need", "load" },
        { "price", "max_price_gbp" },
        { "price at the limit", null },
        { "emissions", "max_total_gco2" },
        { "deadline", "deadline" },
        { "deadline at the limit", null },
    };

    [Theory]
    [MemberData(nameof(Limits))]
    public void LimitsAreChecked(string what, string? broken)
    {
        var (task, centre) = (Contexts.Task with { EstimatedEnergyKwh = 100 }, Contexts.Edinburgh);
        (task, centre) = what switch
        {
            "status MAINTENANCE" or "status OFFLINE" => (task, centre with { Status = what[7..] }),
            "status CONSTRAINED load 79" => (task, centre with { Status = "CONSTRAINED", CurrentLoadPercentage = 79 }),
            "status CONSTRAINED load 80" => (task, centre with { Status = "CONSTRAINED", CurrentLoadPercentage = 80 }),
            "load 95.1" => (task, centre with { CurrentLoadPercentage = 95.1 }),
            "load 95" => (task, centre with { CurrentLoadPercentage = 95 }),
            "need" => (task with { ComputeLoadMw = 6 }, centre with { TotalCapacityMw = 10 }),
            "price" => (task with { MaxPriceGbp = 4.24 }, centre),
            "price at the limit" => (task with { MaxPriceGbp = 4.25 }, centre),
            "emissions" => (task with { MaxTotalGco2 = 4499 }, centre),
            "deadline" => (task with { Deadline = GeneratedAt.AddMinutes(1199) }, centre),
            "deadline at the limit" => (task with { Deadline = GeneratedAt.AddMinutes(1200) }, centre),
            _ => throw new ArgumentException(what, nameof(what)),
        };
        var option = OutputBuilder.Build(Contexts.Build(task, null, centre), GeneratedAt).DataCentreOptions[0];
        Assert.Equal(broken is null ? [] : [broken], option.BrokenConstraints.Select(b => b.Constraint));
        Assert.Equal(broken is null, option.ComputeProfile.AvailableForTask);
    }

    [Fact]
    public void LimitThatCannotBeCheckedIsNamedAndBreaksNothing()
    {
        var task = Contexts.Task with { CarbonCapGco2 = 100, MaxPriceGbp = 5, Deadline = GeneratedAt.AddDays(1), RequiredGpuMins = null };
        var option = OutputBuilder.Build(Contexts.Build(task, null, Contexts.Edinburgh with { RegionId = 9 }), GeneratedAt).DataCentreOptions[0];
        Assert.True(option.ComputeProfile.AvailableForTask);
        Assert.Equal(["carbon_cap_gco2", "max_price_gbp", "deadline"], option.UncheckedConstraints);
        Assert.Equal(["carbon"], option.Missing);
    }

    [Fact]
    public void AvailableRanksBeforeABetterScoreThenCarbonIntensityThenTheId()
    {
        DataCentre[] centres =
        [
            Contexts.Edinburgh with { DcId = "A", Status = "OFFLINE" },
            Contexts.Edinburgh with { DcId = "B", RegionId = 3, Pue = 2 },
            Contexts.Edinburgh with { DcId = "D" },
            Contexts.Edinburgh with { DcId = "C" },
            Contexts.Edinburgh with { DcId = "E", RegionId = 1 },
        ];
        var output = OutputBuilder.Build(Contexts.Build(null, Contexts.Grid((1, 20), (2, 45), (3, 50)), centres), GeneratedAt);
        Assert.Equal(["A", "B", "C", "D", "E"], output.DataCentreOptions.Select(o => o.DcId));
        Assert.Equal(["E", "C", "D", "B", "A"], output.DataCentreOptions.OrderBy(o => o.Rank).Select(o => o.DcId));
        Assert.Equal("E", output.Best!.DcId);
    }
}

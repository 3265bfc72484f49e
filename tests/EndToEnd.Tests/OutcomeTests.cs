using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>From a submission to the outcome: constraints, choice, run on the Sandbox's workers, energy, emissions and cost.</summary>
[Collection(FleetStackGroup.Name)]
public sealed class OutcomeTests(FleetStack fleet) : IAsyncLifetime
{
    // The Sandbox's first window: North Scotland, which is region 1, at 0.071 GBP/kWh. Its workers report 0.5 kWh a part.
    private const int WindowRegion = 1;
    private const int HomeRegion = 13;
    private const double OfferPrice = 0.071;
    private const double Energy = 4 * 4 * 0.5;

    private GatewayClient Gateway => fleet.Stack.Gateway;

    public async Task InitializeAsync()
    {
        await fleet.Stack.Sandbox.ResetAsync();
        await fleet.Stack.RunOrchestratorsAsync(1);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task AChosenWorkloadHasTheOutcomeOfACalculation()
    {
        var signals = await ImportAsync();
        await fleet.Stack.Database.ExecuteAsync(
            $"INSERT INTO orchestrator.data_centres (dc_id, name, region_id) VALUES ('DC-LONDON', 'London', {HomeRegion}) ON CONFLICT DO NOTHING");
        var id = await Gateway.SubmitAsync(new { workload_name = "counted", workload_type = "TRAINING_RUN", host_dc_id = "DC-LONDON", max_price_gbp = 5, carbon_cap_gco2 = 300 });
        var offered = await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
        Assert.Equal("North Scotland", GatewayClient.Recommendations(offered)[0]["zone_name"]!.GetValue<string>());
        var (status, _) = await Gateway.PostAsync($"/api/v1/workloads/{id}:choose", """{"option": 1}""");
        Assert.Equal(HttpStatusCode.OK, status);
        var workload = await Eventually.Is(() => Gateway.WorkloadAsync(id), w => w["outcome"] is not null, TimeSpan.FromSeconds(60), "the outcome");

        var outcome = workload["outcome"]!;
        var phases = (await Gateway.GetAsync($"/api/v1/batches/{id}"))["batch"]!["phases"]!.AsArray()
            .Select(p => (Start: Time(p!["started_at"]!), End: Time(p["ended_at"]!), Kwh: p["energy_kwh"]!.GetValue<double>())).ToList();
        var shift = Time(workload["submitted_at"]!) - phases.Min(p => p.Start);
        var before = phases.Select(p => (Start: p.Start + shift, End: p.End + shift, p.Kwh)).ToList();
        var (carbon, home, price) = (Sum(phases, signals.Window), Sum(before, signals.Home), Sum(before, signals.Price) / 1000);
        Assert.Equal(Energy, phases.Sum(p => p.Kwh), 9);
        Assert.Equal("ENERGY_BASIS_REPORTED", outcome["energy_basis"]!.GetValue<string>());
        Assert.Empty(outcome["estimated"]?.AsArray() ?? []);
        foreach (var (name, expected) in new[]
        {
            ("energy_kwh", Energy), ("carbon_gco2", carbon), ("cost_gbp", Energy * OfferPrice), ("saved_gco2", home - carbon),
            ("saved_gbp", price - (Energy * OfferPrice)), ("saved_carbon_percent", (home - carbon) / home * 100),
        })
        {
            Assert.Equal(expected, outcome[name]!.GetValue<double>(), 6);
        }

        Assert.Equal(home, outcome["baseline"]!["carbon_gco2"]!.GetValue<double>(), 6);
        Assert.Equal(price, outcome["baseline"]!["cost_gbp"]!.GetValue<double>(), 6);
        var shown = await fleet.Stack.Pylon.RunAsync("show", id);
        Assert.True(shown.Succeeded, shown.Output);
        Assert.Contains($"Outcome: 8 kWh, {carbon:0} g CO2, 0.568 GBP at the booked offer", shown.Output, StringComparison.Ordinal);
        Assert.Contains($"Started at once in region 13 of its data centre: {home / 1000:0.##} kg CO2", shown.Output, StringComparison.Ordinal);
        Assert.Contains($"Saved: {(home - carbon) / 1000:0.##} kg CO2", shown.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Estimated:", shown.Output, StringComparison.Ordinal);
        Assert.Equal(("BASELINE_PLACE_HOST", HomeRegion), (outcome["baseline"]!["place"]!.GetValue<string>(), outcome["baseline"]!["region_id"]!.GetValue<int>()));
    }

    [Fact]
    public async Task WhatCannotBeOfferedSaysWhyAndWhichValueWouldDo()
    {
        var id = await Gateway.SubmitAsync(new { workload_name = "cheap", max_price_gbp = 0.0001, estimated_energy_kwh = 10 }, "/submit_task");
        var failed = await Gateway.UntilAsync(id, "FAILED");
        Assert.Contains("max_price_gbp 0.81 GBP would leave three", failed["failure_reason"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("CONSTRAINT_MAX_PRICE", failed["infeasibility"]!["binding_constraint"]!.GetValue<string>());

        var (status, _) = await Gateway.PostAsync($"/api/v1/workloads/{id}:replay", """{"max_price_gbp": 0.81}""");
        Assert.Equal(HttpStatusCode.OK, status);
        var offered = await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
        Assert.Equal([0.71, 0.79, 0.81], GatewayClient.Recommendations(offered).Select(one => Math.Round(one["expected_price_gbp"]!.GetValue<double>(), 9)).Order());
    }

    [Fact]
    public async Task TheCommandSaysWhyNothingCanBeOfferedAndGoesOnWithTheValueThatItTells()
    {
        var refused = await fleet.Stack.Pylon.RunAsync("submit", "cheap", "--max-price", "0.0001");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Nothing can be offered: ", refused.Output, StringComparison.Ordinal);
        Assert.Contains("the constraint that binds is max_price_gbp 0.0001 GBP. max_price_gbp 0.0851 GBP would leave three.", refused.Output, StringComparison.Ordinal);
        Assert.Contains("Replay it with max_price_gbp 0.0851 GBP", refused.Output, StringComparison.Ordinal);

        var replayed = await fleet.Stack.Pylon.RunAsync("replay", refused.Output[..36], "--max-price", "0.0851");
        Assert.True(replayed.Succeeded, replayed.Output);
        Assert.Contains("pending user choice", replayed.Output, StringComparison.Ordinal);
        Assert.Contains("≈1.05", replayed.Output, StringComparison.Ordinal);
    }

    /// <summary>Measured values for half hours around now.</summary>
    private async Task<(Dictionary<DateTimeOffset, double> Window, Dictionary<DateTimeOffset, double> Home, Dictionary<DateTimeOffset, double> Price)> ImportAsync()
    {
        var now = TimeProvider.System.GetUtcNow();
        var first = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % TimeSpan.FromMinutes(30).Ticks), TimeSpan.Zero).AddHours(-1);
        var halfHours = Enumerable.Range(0, 8).Select(n => (At: first.AddMinutes(30 * n), N: n)).ToList();
        var (window, home, price) = (halfHours.ToDictionary(h => h.At, h => 20.5 + h.N), halfHours.ToDictionary(h => h.At, h => 200.0 + (10 * h.N)), halfHours.ToDictionary(h => h.At, h => 60.25 + h.N));
        await ImportAsync("CARBON_INTENSITY", "region_id,from,actual", [.. Lines(window, $"{WindowRegion},"), .. Lines(home, $"{HomeRegion},")]);
        await ImportAsync("SYSTEM_PRICE", "from,actual", [.. Lines(price, "")]);
        return (window, home, price);
    }

    private async Task ImportAsync(string series, string header, IReadOnlyList<string> lines)
    {
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{header}\n{string.Join('\n', lines)}\n"));
        var (status, answer) = await Gateway.PostAsync(
            "/api/v1/pipeline/imports", new JsonObject { ["name"] = "outcome-test", ["series"] = $"IMPORTED_SERIES_{series}", ["data"] = data }.ToJsonString());
        Assert.Equal((HttpStatusCode.OK, $"{lines.Count}", "0"), (status, answer["rows_read"]!.GetValue<string>(), answer["rows_rejected"]!.GetValue<string>()));
    }

    private static IEnumerable<string> Lines(Dictionary<DateTimeOffset, double> values, string prefix) =>
        values.Select(v => string.Create(CultureInfo.InvariantCulture, $"{prefix}{v.Key.UtcDateTime:yyyy-MM-dd'T'HH:mm'Z'},{v.Value}"));

    private static double Sum(IEnumerable<(DateTimeOffset Start, DateTimeOffset End, double Kwh)> phases, Dictionary<DateTimeOffset, double> values) =>
        phases.Sum(p => values.Sum(v =>
        {
            var (from, to) = (v.Key > p.Start ? v.Key : p.Start, v.Key.AddMinutes(30) < p.End ? v.Key.AddMinutes(30) : p.End);
            return to > from ? p.Kwh * ((to - from) / (p.End - p.Start)) * v.Value : 0;
        }));

    private static DateTimeOffset Time(JsonNode node) => DateTimeOffset.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture);
}

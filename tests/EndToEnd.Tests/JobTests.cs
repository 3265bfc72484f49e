using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.LocalStack.Machine;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>From a submission that names a job to a machine that has run it.</summary>
public sealed class JobTests(SharedStack stack) : SharedStackTests(stack)
{
    private const int Limit = 300_000;
    private const int Primes = 25_997;

    [Fact]
    public async Task ASubmittedJobRunsOnAWorkerInItsZoneAndWhatItTookIsOnTheWorkload()
    {
        var catalogue = OpenNow();
        await Sandbox.CatalogueAsync(JsonNode.Parse(catalogue)!);
        var directory = Directory.CreateTempSubdirectory("pylon-job-").FullName;
        using var worker = Start(directory, Regex.Matches(catalogue, "\"gridZone\": \"(?<zone>[^\"]*)\"", RegexOptions.None, TimeSpan.FromSeconds(1)).Select(match => match.Groups["zone"].Value).Distinct(StringComparer.Ordinal));
        try
        {
            await Eventually.True(async () => (await Gateway.GetAsync("/api/v1/workers"))["workers"]?.AsArray().Any(one => one!["name"]!.GetValue<string>() == "e2e") == true, TimeSpan.FromSeconds(60));
            var pylon = new PylonCommand(Stack.GrpcAddress);
            var wrong = await pylon.RunAsync("submit", "Primes", "--job", "primes", "--param", "limit=$(reboot)");
            Assert.Contains("parameters.limit", wrong.Output, StringComparison.Ordinal);
            var (status, problem) = await Gateway.PostAsync("/api/v1/workloads", """{"workload_name": "w", "job": "no-such-job"}""");
            Assert.Equal((HttpStatusCode.BadRequest, "job"), (status, problem["errors"]![0]!["field"]!.GetValue<string>()));

            var id = await Gateway.SubmitAsync(new { workload_name = "Primes", job = "primes", parameters = new { limit = Limit.ToString(CultureInfo.InvariantCulture) }, parts = 4 });
            var offered = await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
            Assert.Equal(3, GatewayClient.Recommendations(offered).Count);
            await Gateway.PostAsync($"/api/v1/workloads/{id}:choose", """{"option": 1}""");
            var ended = await Eventually.Is(() => Gateway.WorkloadAsync(id), one => one["outcome"] is not null, TimeSpan.FromSeconds(90), "the outcome");

            var parts = (await Gateway.GetAsync($"/api/v1/batches/{id}/work"))["parts"]!.AsArray();
            Assert.Equal(4, parts.Count);
            Assert.Equal(Primes, parts.Sum(part => int.Parse(Regex.Match(part!["output"]!.GetValue<string>(), @": (?<count>\d+) primes", RegexOptions.None, TimeSpan.FromSeconds(1)).Groups["count"].Value, CultureInfo.InvariantCulture)));
            var energy = parts.Sum(part => part!["energy_kwh"]!.GetValue<double>());
            Assert.True(energy > 0.001, $"{energy} kWh");
            var outcome = ended["outcome"]!;
            // Each report counts in whole millionths.
            Assert.Equal(energy, outcome["energy_kwh"]!.GetValue<double>(), tolerance: parts.Count * 1e-6);
            if (outcome["saved_gco2"] is { } saved)
                Assert.Equal(outcome["baseline"]!["carbon_gco2"]!.GetValue<double>() - outcome["carbon_gco2"]!.GetValue<double>(), saved.GetValue<double>(), 9);
            var shown = await pylon.RunAsync("show", id);
            Assert.Contains("e2e", shown.Output, StringComparison.Ordinal);
            Assert.Contains($"primes up to {Limit}", shown.Output, StringComparison.Ordinal);
        }
        finally
        {
            worker.Kill();
            await worker.WaitForExitAsync();
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task ACommandRunsHereAndItsExitCodeIsKept()
    {
        var pylon = new PylonCommand(Stack.GrpcAddress);
        var done = await pylon.RunAsync("run", "--for", "1s", "--by", "+1m", "--", "sh", "-c", "echo \"from $0\"; sleep 1", "the job");
        Assert.True(done.Succeeded, done.Output);
        Assert.Contains("from the job", done.Output, StringComparison.Ordinal);
        Assert.Contains("done after", done.Output, StringComparison.Ordinal);
        var failed = await pylon.RunAsync("run", "--for", "1s", "--by", "+1m", "--", "sh", "-c", "exit 7");
        Assert.False(failed.Succeeded);
        Assert.Contains("exit code 7", failed.Output, StringComparison.Ordinal);
    }

    // At 200 kW a core, so that a second of it can be seen.
    private Process Start(string directory, IEnumerable<string> zones)
    {
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, Environment = { ["PYLON_GRPC"] = Stack.GrpcAddress } };
        foreach (var argument in (string[])[Checkout.Find().Program("Cli", TestProcess.Configuration), "worker", "--name", "e2e", "--slots", "2", "--watts", "200000", "--directory", directory, .. zones.SelectMany(zone => (string[])["--zone", zone])])
            start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }

    // The windows are those of a fixture, all day today.
    private static string OpenNow()
    {
        var json = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Catalogues", "eight-windows.json"));
        var today = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        json = json.Replace("2031-05-05", today, StringComparison.Ordinal);
        return Regex.Replace(json, """(?<start>"start": ")[^"]*(?<end>"\s*,\s*"end": ")[^"]*""", "${start}00:00:00Z${end}23:59:00Z", RegexOptions.None, TimeSpan.FromSeconds(1));
    }
}

using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pylon.EndToEnd.Tests.Browsers;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Testing;
using Xunit.Abstractions;

namespace Pylon.EndToEnd.Tests;

/// <summary>The web page in a real browser, in front of real services.</summary>
public sealed class PageTests(SharedStack stack, Browser browser, ITestOutputHelper output) : SharedStackTests(stack), IClassFixture<Browser>
{
    [Fact]
    public async Task AWorkloadIsSubmittedChosenAndFollowedWhileItRuns()
    {
        await using var reader = await browser.OpenAsync(Stack.Url);
        var id = await SubmitAsync(reader, "follow me");

        // The options appear by themselves.
        await reader.SeesAsync("2. ");
        await reader.DocumentAsync("workload");
        await ChooseSecondAsync(reader);
        await reader.SeesAsync("Option 2 is chosen.");
        await reader.SeesAsync("Prepare");
        await ReportAsync(id, "prepare");
        await Assertions.Expect(reader.Page.Locator("#workload .timeline .badge").First).ToHaveTextAsync("Completed", new LocatorAssertionsToHaveTextOptions { Timeout = 15_000 });
        foreach (var phase in new[] { "train", "evaluate", "publish" })
            await ReportAsync(id, phase);
        await reader.SeesAsync("Outcome");
        await reader.PictureAsync("workload-completed");
    }

    [Fact]
    public async Task AWorkloadIsSubmittedAndChosenWithoutJavaScript()
    {
        await using var reader = await browser.OpenAsync(Stack.Url, script: false);
        var id = await SubmitAsync(reader, "no script");
        await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");

        await reader.Page.ReloadAsync();
        await ChooseSecondAsync(reader);

        await reader.SeesAsync("Option 2 is chosen.");
        Assert.Equal(2, (await Gateway.WorkloadAsync(id))["chosen_option"]!.GetValue<int>());
    }

    [Fact]
    public async Task APlanBecomesAWorkload()
    {
        await ReadSourcesAsync();
        await using var reader = await browser.OpenAsync(Stack.Url);

        await reader.Page.GotoAsync("/web/plan");
        await reader.PressAsync("Plan");
        await reader.SeesAsync("The next best places");
        await reader.PictureAsync("plan-1440");
        await reader.DocumentAsync("plan");
        await reader.Page.GetByText("Submit as a workload").ClickAsync();
        await reader.PressAsync("Submit");

        await Assertions.Expect(reader.Page).ToHaveURLAsync(new Regex("/web/workloads/[0-9a-f-]{36}$", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await reader.SeesAsync("Planned work of 4 h");
    }

    [Fact]
    public async Task ADeadLetterIsReplayedAndTheStreamShowsWhatHappens()
    {
        var load = Math.Round(0.1 + (Random.Shared.NextDouble() / 10), 6);
        await Sandbox.FaultAsync(new { kind = "http_error", action = "discover", count = 0, match = load.ToString(CultureInfo.InvariantCulture) });
        var id = await Gateway.SubmitAsync(new { workload_name = "fails for good", compute_load_mw = load });
        await Gateway.UntilAsync(id, "FAILED");
        await Sandbox.NoFaultsAsync();
        await using var reader = await browser.OpenAsync(Stack.Url);

        await reader.Page.GotoAsync("/web/system");
        await reader.MarkAsync();
        var letter = reader.Page.Locator("#letters tr", new PageLocatorOptions { HasText = "fails for good" });
        await letter.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Replay" }).First.ClickAsync();

        await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
        // A stream begins with what happens after it is open.
        await reader.IsNewAsync();
        var other = await Gateway.SubmitAsync(new { workload_name = "on the stream" });
        await Assertions.Expect(reader.Page.Locator("#stream")).ToContainTextAsync(other, new LocatorAssertionsToContainTextOptions { Timeout = 15_000 });
    }

    [Fact]
    public async Task AHotspotLeadsToARecommendationThatIsApproved()
    {
        var supplier = await HotspotAsync();
        await using var reader = await browser.OpenAsync(Stack.Url);

        await reader.Page.GotoAsync("/web/hotspots");
        await reader.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = supplier }).First.ClickAsync();
        var decision = reader.Page.Locator("#measures details").First;
        await decision.Locator("summary").ClickAsync();
        await decision.GetByLabel("Who").FillAsync("ann");
        await decision.GetByRole(AriaRole.Button, new LocatorGetByRoleOptions { Name = "Approve" }).ClickAsync();

        await reader.SeesAsync("Approved");
        await reader.DocumentAsync("hotspot");
        await reader.Page.GetByLabel("Done in another way").SelectOptionAsync("vehicle");
        await reader.PressAsync("Compute");
        await reader.SeesAsync("As it was");
        await reader.VisitAsync(new Uri(reader.Page.Url).PathAndQuery);
        await reader.PictureAsync("hotspot-1440");
        await reader.VisitAsync("/web/hotspots");
        await reader.PictureAsync("hotspots-filled-1440");
        var approved = (await Gateway.GetAsync($"/api/v1/recommendations?supplier_id={supplier}&status=approved"))["recommendations"]!.AsArray();
        Assert.Equal("ann", Assert.Single(approved)!["decided_by"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(1440, ColorScheme.Light)]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(390, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task EveryScreenIsAccessibleAndFitsItsWindow(int width, ColorScheme colours)
    {
        await ReadSourcesAsync();
        var id = await Gateway.SubmitAsync(new { workload_name = "look at me" });
        await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
        await using var reader = await browser.OpenAsync(Stack.Url, width: width, colours: colours);

        foreach (var (name, path) in new[]
        {
            ("now", "/"), ("now-later", "/?hour=12"), ("region", "/web/regions/13?with=1&with=7"), ("workloads", "/web/workloads"), ("workload", $"/web/workloads/{id}"), ("submit", "/web/workloads/new"),
            ("plan", "/web/plan?hours=4&within=24&power=100&interruptible=yes"), ("hotspots", "/web/hotspots"), ("system", "/web/system"), ("nowhere", "/web/nowhere"),
        })
        {
            var (paint, bytes) = await reader.VisitAsync(path);
            output.WriteLine($"{path}: first paint after {paint:0} ms, {bytes / 1000.0:0.0} kB");
            await reader.PictureAsync($"{name}-{width}-{colours}".ToLowerInvariant());
            if (width == 1440 && colours == ColorScheme.Light && name is ("now" or "system"))
                await reader.DocumentAsync(name);
        }
    }

    [Fact]
    public async Task TheKeyboardReachesTheContentTheMapAndTheOptions()
    {
        await using var reader = await browser.OpenAsync(Stack.Url);

        await reader.Page.GotoAsync("/");
        await reader.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(reader.Page.GetByText("Skip to the content")).ToBeFocusedAsync();
        await reader.Page.Keyboard.PressAsync("Enter");
        await reader.Page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Link, new PageGetByRoleOptions { Name = "Submit a workload" })).ToBeFocusedAsync();
        await reader.Page.Locator(".map a").First.FocusAsync();
        await reader.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(reader.Page.GetByRole(AriaRole.Heading, new PageGetByRoleOptions { Name = "North Scotland" })).ToBeVisibleAsync();
    }

    private static async Task<string> SubmitAsync(Reader reader, string name)
    {
        await reader.Page.GotoAsync("/web/workloads/new");
        await reader.Page.GetByLabel("Name").FillAsync(name);
        await reader.PressAsync("Submit");
        await reader.SeesAsync(name);
        return reader.Page.Url.Split('/')[^1];
    }

    private static async Task ChooseSecondAsync(Reader reader)
    {
        await reader.Page.GetByText("Choose option 2").ClickAsync();
        await reader.PressAsync("Confirm option 2");
    }

    private async Task ReportAsync(string id, string phase)
    {
        var (status, answer) = await Gateway.PostAsync($"/api/v1/batches/{id}:report", $$"""{"phase": "{{phase}}", "status": "PHASE_STATUS_SUCCESS"}""");
        Assert.True(status == HttpStatusCode.OK, answer.ToString());
    }

    /// <summary>Five weeks of a supplier that are as always, and three hours that are not; its name.</summary>
    private async Task<string> HotspotAsync()
    {
        var supplier = $"SUP-{Guid.NewGuid():N}"[..12];
        var now = TimeProvider.System.GetUtcNow();
        var hours = Enumerable.Range(1, 5 * 7 * 24).Select(back => new
        {
            event_id = $"{supplier}-{back}",
            event_type = "logistics",
            supplier_id = supplier,
            timestamp = now.AddHours(-back).ToString("yyyy-MM-dd'T'HH:00:00'Z'", CultureInfo.InvariantCulture),
            distance_km = back <= 3 ? 1300 : 120,
            load_kg = 450,
            vehicle_type = "truck_diesel",
            reported_co2_kg = back <= 3 ? 60 : 5.5,
        });
        foreach (var some in hours.Reverse().Chunk(400))
        {
            var (status, answer) = await Gateway.PostAsync("/api/v1/emission-events:record", JsonSerializer.Serialize(new { events = some }));
            Assert.True(status == HttpStatusCode.OK, answer.ToString());
        }

        await Eventually.True(
            async () =>
            {
                await Gateway.PostAsync("/hotspots/scan", "{}");
                return (await Gateway.GetAsync($"/api/v1/recommendations?supplier_id={supplier}"))["recommendations"] is { } found && found.AsArray().Count > 0;
            },
            TimeSpan.FromSeconds(60),
            "the hotspot has recommendations");
        return supplier;
    }

    private async Task ReadSourcesAsync()
    {
        if ((await Gateway.GetAsync("/api/v1/pipeline/runs?page_size=1"))["runs"] is { } runs && runs.AsArray().Count > 0)
            return;
        var (_, answer) = await Gateway.PostAsync("/api/v1/pipeline/runs", "{}");
        var run = answer["run"]!["id"]!.GetValue<string>();
        await Eventually.Is(() => Gateway.GetAsync($"/api/v1/pipeline/runs/{run}"), one => one["run"]!["finished_at"] is not null, TimeSpan.FromSeconds(60), "the sources are read");
    }
}

using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pylon.Access;
using Pylon.EndToEnd.Tests.Browsers;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests;

/// <summary>All of Pylon in production: a workload goes through its flow with a key, nothing without one, and nothing of another operator.</summary>
public sealed partial class ProductionTests(Browser browser) : IAsyncLifetime, IClassFixture<Browser>
{
    private const string Workload = """{"workload_name": "train the model", "workload_type": "TRAINING_RUN", "urgency": "URGENCY_HIGH", "required_gpu_mins": 90}""";
    private const string Scopes = """["grid:read", "workloads:read", "workloads:write", "decisions:read", "insights:read", "insights:write", "pipeline:write"]""";

    // In what the one operator makes, and never in an answer to the other.
    private const string Secret = "secret-of-the-other";

    private readonly string _key = ApiKey.Create().Text;
    private TestDatabase _database = null!;
    private TestStack _stack = null!;

    public async Task InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        _stack = await TestStack.StartAsync(
            "production",
            new StackServers(_database.Uri, _database.ConnectionString, redis.ConnectionString),
            replicas: [],
            new Dictionary<string, string>
            {
                ["PYLON_ENVIRONMENT"] = "Production",
                ["PYLON_INTERNAL_KEY"] = new('k', 43),
                ["PYLON_BOOTSTRAP_KEY"] = _key,
                ["PYLON_API_KEY"] = _key,
                ["PYLON_TRUSTED_PROXIES"] = "127.0.0.1",
                ["Cors__Origins"] = "none",
                ["SANDBOX_WORKERS"] = "off",
                // The tests ask again and again.
                ["Limits__KeyBurst"] = "100000",
            });
    }

    public async Task DisposeAsync()
    {
        await _stack.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task AWorkloadIsPlacedWithAKeyAndRefusedWithoutOne()
    {
        using var nobody = new GatewayClient(_stack.Url);

        var (refused, problem) = await nobody.PostAsync("/api/v1/workloads", Workload);
        var (taken, answer) = await _stack.Gateway.PostAsync("/api/v1/workloads", Workload);

        Assert.Equal((HttpStatusCode.Unauthorized, "CREDENTIALS_MISSING"), (refused, problem["reason"]!.GetValue<string>()));
        Assert.Equal(HttpStatusCode.OK, taken);
        // Through the guard, to a provider and a registry on loopback.
        var workload = await _stack.Gateway.UntilAsync(answer["workload"]!["id"]!.GetValue<string>(), "PENDING_USER_CHOICE");
        Assert.Equal(3, GatewayClient.Recommendations(workload).Count);
    }

    /// <summary>Every path of the OpenAPI document, with every id that the other operator is shown anywhere.</summary>
    [Fact]
    public async Task NothingOfAnotherOperatorIsShownOrChanged()
    {
        using var theirs = await OperatorAsync("theirs");
        using var ours = await OperatorAsync("ours");
        await MadeAsync(theirs, "/api/v1/data-centres", $$"""{"dc_id": "{{Secret}}-1", "name": "{{Secret}}", "region_id": 13, "pue": 1.2}""");
        await MadeAsync(theirs, "/api/v1/agents", $$"""{"agent_id": "{{Secret}}-2", "name": "{{Secret}}", "agent_type": "AGENT_TYPE_STORAGE_AGENT"}""");
        await MadeAsync(theirs, "/api/v1/storage-assets", $$"""{"asset_id": "{{Secret}}-3", "name": "{{Secret}}", "region_id": 13, "capacity_mwh": 5}""");
        await MadeAsync(theirs, "/api/v1/users", $$"""{"user_email": "{{Secret}}@example.org", "user_name": "{{Secret}}"}""");
        await MadeAsync(theirs, "/api/v1/emission-events:record", $$"""{"events": [{"event_id": "{{Secret}}-4", "event_type": "factory", "supplier_id": "{{Secret}}-4", "timestamp": "{{TimeProvider.System.GetUtcNow().AddHours(-2):O}}", "energy_kwh": 10}]}""");
        var workload = await theirs.SubmitAsync(new { workload_name = Secret, required_gpu_mins = 60 });
        await theirs.UntilAsync(workload, "PENDING_USER_CHOICE");
        var paths = (await _stack.Gateway.GetAsync("/openapi.json"))["paths"]!.AsObject();
        var lists = paths.Where(path => path.Value!["get"] is not null && !path.Key.Contains('{', StringComparison.Ordinal) && !IsStream(path.Key)).Select(path => path.Key).ToList();

        var ids = new HashSet<string>(StringComparer.Ordinal) { workload, $"{Secret}-1", $"{Secret}-2", $"{Secret}-3", $"{Secret}-4" };
        var shown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in lists)
        {
            ids.UnionWith(Uuid().Matches((await theirs.SendAsync(HttpMethod.Get, path)).Body).Select(match => match.Value));
            var answer = (await ours.SendAsync(HttpMethod.Get, path)).Body;
            Assert.DoesNotContain(Secret, answer, StringComparison.Ordinal);
            shown.UnionWith(Uuid().Matches(answer).Select(match => match.Value));
        }

        Assert.DoesNotContain(workload, shown);
        ids.ExceptWith(shown);
        Assert.True(ids.Count > 10, $"{ids.Count} ids of the other operator");
        foreach (var (path, operations) in paths.Where(path => path.Key.Contains('{', StringComparison.Ordinal) && !IsStream(path.Key)))
        {
            foreach (var method in operations!.AsObject().Select(operation => operation.Key).Where(key => key is "get" or "post" or "put" or "patch" or "delete"))
            {
                foreach (var id in ids)
                {
                    var (status, answer) = await ours.SendAsync(HttpMethod.Parse(method), Field().Replace(path, id));
                    Assert.False((int)status is >= 200 and < 300 or >= 500 && !IsEmpty(answer), $"{method} {path} with {id}: {status} {answer}");
                    // An error may repeat the id that it was asked for.
                    Assert.DoesNotContain(Secret, answer.Replace(id, "", StringComparison.Ordinal), StringComparison.Ordinal);
                }
            }
        }

        Assert.Equal(3, GatewayClient.Recommendations(await theirs.WorkloadAsync(workload)).Count);
    }

    /// <summary>The screen of an admin, without JavaScript; then how it looks, and what others see.</summary>
    [Fact]
    public async Task AKeyIsMadeUsedAndRevokedOnThePage()
    {
        using var theirs = await OperatorAsync("Northern Compute");
        await using var admin = await browser.OpenAsync(_stack.Url, script: false, key: _key);
        await admin.Page.GotoAsync("/web/system");
        await admin.Page.GetByText("Make a key").ClickAsync();
        await admin.Page.GetByLabel("What it is for").FillAsync("reports of the week");
        await admin.Page.GetByLabel("Operator").SelectOptionAsync("Northern Compute");
        await admin.Page.GetByLabel("grid:read").CheckAsync();
        await admin.PressAsync("Make it");
        var made = await admin.Page.Locator("#made").TextContentAsync() ?? "";
        using var holder = new GatewayClient(_stack.Url, made);
        Assert.Equal(HttpStatusCode.OK, await holder.StatusOfAsync("/api/v1/grid/national"));

        foreach (var (width, colours) in new[] { (1440, ColorScheme.Light), (1440, ColorScheme.Dark), (390, ColorScheme.Light), (390, ColorScheme.Dark) })
        {
            await using var reader = await browser.OpenAsync(_stack.Url, width: width, colours: colours, key: _key);
            await reader.VisitAsync("/web/system");
            Assert.DoesNotContain(made, await reader.Page.ContentAsync(), StringComparison.Ordinal);
            await Assertions.Expect(reader.Page.Locator("#stream")).ToHaveAttributeAsync("data-state", "open");
            await reader.PictureAsync($"keys-{width}-{colours}".ToLowerInvariant());
            await reader.Page.GetByText("Make a key").ClickAsync();
            await reader.Page.Locator("#keys tr", new PageLocatorOptions { HasText = "reports of the week" }).Locator("summary").ClickAsync();
            await reader.PictureAsync($"keys-open-{width}-{colours}".ToLowerInvariant());
        }

        await using (var other = await browser.OpenAsync(_stack.Url, key: made))
        {
            await other.VisitAsync("/web/system");
            await other.SeesAsync("Not for this key");
            await Assertions.Expect(other.Page.Locator("#keys")).ToHaveCountAsync(0);
            await Assertions.Expect(other.Page.Locator("#stream")).ToHaveAttributeAsync("data-state", "open");
            await other.PictureAsync("system-of-a-reader");
        }

        await admin.Page.GotoAsync("/web/system");
        var row = admin.Page.Locator("#keys tr", new PageLocatorOptions { HasText = "reports of the week" });
        await row.Locator("summary").ClickAsync();
        await row.GetByRole(AriaRole.Button).ClickAsync();
        await Assertions.Expect(admin.Page.Locator("#keys tr", new PageLocatorOptions { HasText = "reports of the week" })).ToHaveCountAsync(0);
        await Eventually.True(async () => await holder.StatusOfAsync("/api/v1/grid/national") == HttpStatusCode.Unauthorized, TimeSpan.FromSeconds(15), "the key is refused");
        await admin.Page.GotoAsync("/web/system?revoked=yes");
        await Assertions.Expect(admin.Page.Locator("#keys tr", new PageLocatorOptions { HasText = "reports of the week" })).ToContainTextAsync("Revoked");
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Uuid();

    [GeneratedRegex(@"\{[^}]*\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Field();

    private static bool IsStream(string path) => path.Contains("watch", StringComparison.OrdinalIgnoreCase) || path.Contains("broadcast", StringComparison.Ordinal) || path.Contains("subscribe", StringComparison.OrdinalIgnoreCase);

    // A list of what a foreign id has.
    private static bool IsEmpty(string answer) => JsonNode.Parse(answer) switch
    {
        JsonObject fields => fields.All(field => field.Value is null or JsonArray { Count: 0 } || (field.Value is JsonValue value && value.ToString() is "" or "0" or "false")),
        JsonArray array => array.Count == 0,
        _ => false,
    };

    private static async Task MadeAsync(GatewayClient gateway, string path, string body)
    {
        var (status, answer) = await gateway.PostAsync(path, body);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {answer}");
    }

    // A client with a key of a new operator.
    private async Task<GatewayClient> OperatorAsync(string name)
    {
        var (_, made) = await _stack.Gateway.PostAsync("/api/v1/operators", $$"""{"name": "{{name}}", "operator_type": "OPERATOR_TYPE_COMPUTE_OPERATOR"}""");
        var (_, key) = await _stack.Gateway.PostAsync("/api/v1/keys", $$"""{"name": "{{name}}", "scopes": {{Scopes}}, "operator_id": "{{made["operator"]!["id"]}}"}""");
        return new GatewayClient(_stack.Url, key["text"]!.GetValue<string>());
    }
}

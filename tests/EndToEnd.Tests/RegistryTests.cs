using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Pylon.EndToEnd.Tests.Stacks;

namespace Pylon.EndToEnd.Tests;

/// <summary>The registry and the live state over REST.</summary>
public sealed class RegistryTests(SharedStack stack) : SharedStackTests(stack)
{
    [Fact]
    public async Task DataCentreLivesFromItsCreationToItsEnd()
    {
        using var http = new HttpClient { BaseAddress = new Uri(Stack.Url) };
        var (name, request) = ($"DC-{Guid.NewGuid()}", Guid.NewGuid());
        var body = new { dc_id = name, name = "Edinburgh Green DC", region_id = 2, pue = 1.15, status = "DATA_CENTRE_STATUS_ACTIVE" };
        var made = await SendAsync(HttpMethod.Post, $"/api/v1/data-centres?request_id={request}", body);
        Assert.Equal((string)made["id"]!, (string)(await SendAsync(HttpMethod.Post, $"/api/v1/data-centres?request_id={request}", body))["id"]!);
        var path = $"/api/v1/data-centres/{made["id"]}";

        var changed = await SendAsync(HttpMethod.Patch, path, new { pue = 1.2 });
        var cleared = await SendAsync(HttpMethod.Patch, path + "?update_mask=region_id", new { });
        var state = await http.GetFromJsonAsync<JsonNode>("/api/v1/live-state?page_size=10000");
        using var wrong = await http.PostAsJsonAsync("/api/v1/data-centres", new { dc_id = "x", name = "x", pue = 4 });
        using var deleted = await http.DeleteAsync(path);
        using var gone = await http.GetAsync(path);

        Assert.Equal((1.2, 2), ((double)changed["pue"]!, (int)changed["region_id"]!));
        Assert.Null(cleared["region_id"]);
        Assert.Contains(state!["data_centres"]!.AsArray(), one => (string)one!["dc_id"]! == name);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Contains("pue must be from 1 to 3", await wrong.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.NotFound), (deleted.StatusCode, gone.StatusCode));

        async Task<JsonNode> SendAsync(HttpMethod method, string to, object content)
        {
            using var message = new HttpRequestMessage(method, to) { Content = JsonContent.Create(content) };
            using var answer = await http.SendAsync(message);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!["data_centre"]!;
        }
    }

    [Fact]
    public async Task SyntheticWorldIsOffByItself()
    {
        using var http = new HttpClient { BaseAddress = new Uri(Stack.Url) };
        using var create = await http.PostAsJsonAsync("/api/v1/synthetic-world:create", new { });
        using var remove = await http.PostAsJsonAsync("/api/v1/synthetic-world:remove", new { });

        Assert.Contains("PYLON_SYNTHETIC_WORLD=on", await create.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("0", (string)(await remove.Content.ReadFromJsonAsync<JsonNode>())!["rows_removed"]!);
    }
}

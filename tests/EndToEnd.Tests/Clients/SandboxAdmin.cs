using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Pylon.EndToEnd.Tests.Clients;

/// <summary>Sets the faults of the simulated Beckn provider and reads its orders (src/Sandbox/README.md).</summary>
internal sealed class SandboxAdmin(string address) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(address + "/admin/bpp/") };

    /// <summary>No faults, no orders, the built-in catalogue, answers by callback.</summary>
    public async Task ResetAsync()
    {
        foreach (var what in (string[])["faults", "orders", "requests", "catalog"])
            await DeleteAsync(what);
        await StyleAsync("async");
    }

    public Task StyleAsync(string style, string spelling = "snake") => PutAsync("style", new JsonObject { ["style"] = style, ["spelling"] = spelling });

    public Task CatalogueAsync(JsonNode catalogue) => PutAsync("catalog", catalogue);

    /// <summary>Adds a fault; with <c>count</c> 0 it stays until it is removed.</summary>
    public async Task FaultAsync(object fault)
    {
        using var answer = await _http.PostAsJsonAsync("faults", fault);
        await CheckAsync(answer);
    }

    public Task NoFaultsAsync() => DeleteAsync("faults");

    /// <summary>The orders of one workload, or all.</summary>
    public async Task<Orders> OrdersAsync(string? workloadId = null)
    {
        var answer = await GetAsync(workloadId is null ? "orders" : $"orders?workload_id={workloadId}");
        return new Orders(
            answer["bookings"]!.GetValue<int>(),
            [.. answer["orders"]!.AsArray().Select(order => new ProviderOrder(
                order!["id"]!.GetValue<string>(),
                order["item"]!.GetValue<string>(),
                order["state"]!.GetValue<string>(),
                order["workload_id"]?.GetValue<string>() ?? "",
                order["bookings"]!.GetValue<int>()))]);
    }

    /// <summary>The requests of one action, oldest first.</summary>
    public async Task<IReadOnlyList<ProviderRequest>> RequestsAsync(string action) =>
    [
        .. (await GetAsync($"requests?action={action}"))["requests"]!.AsArray().Select(request => new ProviderRequest(
            request!["transaction_id"]?.GetValue<string>() ?? "",
            request["message_id"]?.GetValue<string>() ?? "",
            request["at"]!.GetValue<DateTimeOffset>())),
    ];

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await _http.GetAsync(path);
        return (await CheckAsync(answer))!;
    }

    private async Task PutAsync(string path, JsonNode body)
    {
        using var answer = await _http.PutAsJsonAsync(path, body);
        await CheckAsync(answer);
    }

    private async Task DeleteAsync(string path)
    {
        using var answer = await _http.DeleteAsync(path);
        await CheckAsync(answer);
    }

    private static async Task<JsonNode?> CheckAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"{answer.RequestMessage!.RequestUri}: {answer.StatusCode} {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}

/// <summary>The provider's orders.</summary>
internal sealed record Orders(int Bookings, IReadOnlyList<ProviderOrder> All);

/// <summary>An order of the provider; it has at most one booking.</summary>
internal sealed record ProviderOrder(string Id, string Item, string State, string WorkloadId, int Bookings);

/// <summary>A message that the provider received.</summary>
internal sealed record ProviderRequest(string TransactionId, string MessageId, DateTimeOffset At);

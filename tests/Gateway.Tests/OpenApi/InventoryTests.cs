using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pylon.Gateway.Contracts;
using Pylon.Gateway.Webhooks;
using Pylon.Transcoding.Routing;

namespace Pylon.Gateway.Tests.OpenApi;

/// <summary>No endpoint is served in silence: what is served, what the document lists and what the index lists are the same.</summary>
public sealed partial class InventoryTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    // Pages are for people; the document lists what programs call.
    private static readonly string[] Pages = ["/docs", "/web"];

    [Fact]
    public async Task TheDocumentListsTheSameEndpointsAsTheIndex()
    {
        var api = await ApiSchema.ReadAsync(fixture.Gateway.Http);
        var index = JsonNode.Parse(await fixture.Gateway.Http.GetStringAsync("/"))!;

        var listed = index["endpoints"]!.AsArray().Select(each => $"{each!["method"]} {Parents().Replace($"{each["path"]}", "{")}").Except(["GET /docs"]);

        Assert.Equal(api.Operations.Select(each => each.ToString()).Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task TheDocumentListsThePathsThatAreServed()
    {
        var api = await ApiSchema.ReadAsync(fixture.Gateway.Http);
        var own = fixture.Gateway.Get<IEnumerable<EndpointDataSource>>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/'))
            .Where(path => !IsGrpc(path) && !Array.Exists(Pages, page => path.StartsWith(page, StringComparison.Ordinal)));
        var served = own.SelectMany(path => path == "/beckn/on_{action}" ? WebhookEndpoints.Actions.Select(action => $"/beckn/{action}") : [path])
            .Concat(Binding.Of(Contract.Services).Select(binding => Parents().Replace(binding.Template.Text, "{")));

        Assert.Equal(api.Operations.Select(each => each.Path).Distinct().Order(StringComparer.Ordinal), served.Distinct().Order(StringComparer.Ordinal));
    }

    // The paths of rpcs, and those that take what no service has.
    private static bool IsGrpc(string path) => path.Contains("{unimplemented", StringComparison.Ordinal) || path.Split('/') is ["", var service, _, ..] && service.Contains('.', StringComparison.Ordinal);

    // {operator.id} of the contract is {id} in the document.
    [GeneratedRegex(@"\{[^}]*\.")]
    private static partial Regex Parents();
}

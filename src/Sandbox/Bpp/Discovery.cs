using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Catalogs;
using Pylon.Sandbox.Bpp.Filters;
using Pylon.Sandbox.Bpp.Orders;
using Pylon.Sandbox.Bpp.Protocol;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Bpp;

/// <summary>
/// Answers discover. The jsonpath filter selects items; text_search and spatial are accepted and ignored (Beckn allows
/// that, and the published examples expect windows far from the point that they ask for).
/// </summary>
internal sealed class Discovery(CatalogStore catalogs, OrderBook orders, TimeProvider time)
{
    public Answer Answer(Envelope request, int? keepItems)
    {
        var expression = ReadFilter(request.Message);
        var served = (JArray)catalogs.Current().DeepClone();
        var items = served.SelectMany(c => (JArray)c["beckn:items"]!).OfType<JObject>().ToList();
        orders.ShowFreeCapacity(items);
        var kept = Matching(items, expression).Take(keepItems ?? int.MaxValue)
            .Select(i => Json.Text(i, "beckn:id")!)
            .ToHashSet(StringComparer.Ordinal);
        var answer = served.OfType<JObject>().Where(c => Narrow(c, kept)).ToList();
        return Protocol.Answer.Of(new JObject { ["catalogs"] = new JArray(answer) });
    }

    private IEnumerable<JObject> Matching(List<JObject> items, string? expression)
    {
        if (expression is null)
            return items;
        try
        {
            return items.Where(ItemFilter.Select(items, expression, time).Contains);
        }
        catch (JsonPathException refused)
        {
            throw new NackException(ErrorCodes.InvalidJsonPath, "message.filters.expression: " + refused.Message, "message.filters.expression");
        }
    }

    private static string? ReadFilter(JObject message)
    {
        if (message["filters"] is null or { Type: JTokenType.Null })
            return null;
        if (message["filters"] is not JObject filters)
            throw new NackException(ErrorCodes.InvalidRequest, "message.filters must be an object", "message.filters");
        if (Json.Text(filters, "type") != "jsonpath")
            throw new NackException(ErrorCodes.InvalidRequest, "message.filters.type must be jsonpath", "message.filters.type");
        return Json.Text(filters, "expression")
            ?? throw new NackException(ErrorCodes.InvalidJsonPath, "message.filters.expression must be a string", "message.filters.expression");
    }

    /// <summary>Removes all other items and their offers; false when the catalogue is empty then.</summary>
    private static bool Narrow(JObject catalog, HashSet<string> kept)
    {
        var items = (JArray)catalog["beckn:items"]!;
        Remove(items, i => !kept.Contains(Json.Text(i, "beckn:id") ?? ""));
        if (catalog["beckn:offers"] is JArray offers)
            Remove(offers, o => !items.Any(i => CatalogStore.IsFor(o, Json.Text(i, "beckn:id")!)));
        return items.Count > 0;
    }

    private static void Remove(JArray array, Func<JToken, bool> isOut)
    {
        foreach (var token in array.Where(isOut).ToList())
            token.Remove();
    }
}

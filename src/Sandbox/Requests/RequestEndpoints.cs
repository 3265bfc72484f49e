using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Requests;

/// <summary>Admin endpoints that several simulated systems have.</summary>
internal static class RequestEndpoints
{
    /// <summary>GET lists the recent requests, DELETE forgets them.</summary>
    public static void MapRecent(this IEndpointRouteBuilder routes, string path, RecentRequests<JObject> recent)
    {
        routes.MapGet(path, () => Json.Result(Describe(recent.List().Select(r => (JObject)r.DeepClone()))));
        routes.MapClear(path, recent.Clear);
    }

    /// <summary>DELETE clears, and answers 204.</summary>
    public static void MapClear(this IEndpointRouteBuilder routes, string path, Action clear) => routes.MapDelete(path, () =>
    {
        clear();
        return Results.NoContent();
    });

    public static JObject Describe(IEnumerable<JObject> requests)
    {
        var listed = new JArray(requests);
        return new JObject { ["count"] = listed.Count, ["requests"] = listed };
    }
}

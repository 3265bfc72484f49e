namespace Pylon.Sandbox.Requests;

/// <summary>Admin endpoints that several simulated systems have.</summary>
internal static class RequestEndpoints
{
    /// <summary>GET lists the recent requests, DELETE forgets them.</summary>
    public static void MapRecent(this IEndpointRouteBuilder routes, string path, RecentRequests<object> recent)
    {
        routes.MapGet(path, () => List(recent.List()));
        routes.MapClear(path, recent.Clear);
    }

    /// <summary>DELETE clears, and answers 204.</summary>
    public static void MapClear(this IEndpointRouteBuilder routes, string path, Action clear) => routes.MapDelete(path, () =>
    {
        clear();
        return Results.NoContent();
    });

    public static IResult List(IReadOnlyCollection<object> requests) => Json.Result(new { count = requests.Count, requests });
}

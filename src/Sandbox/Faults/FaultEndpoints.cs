using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Faults;

/// <summary>GET, POST and DELETE of one fault board.</summary>
internal static class FaultEndpoints
{
    private const int LongestDelay = 600_000;

    public static void MapFaults(
        this IEndpointRouteBuilder routes, string path, FaultBoard board, IReadOnlyCollection<string> kinds, IReadOnlyCollection<string> actions, TimeSpan defaultDelay)
    {
        routes.MapGet(path, () => Json.Result(new { faults = board.List(), kinds }));
        routes.MapPost(path, async (HttpContext http) =>
        {
            var fault = Read(await Json.ReadObjectAsync(http), kinds, actions, defaultDelay);
            return Json.Result(board.Add(fault), 201);
        });
        routes.MapClear(path, board.Clear);
        routes.MapDelete(path + "/{id:int}", (int id) => board.Remove(id) ? Results.NoContent() : Results.NotFound());
    }

    private static Fault Read(JObject body, IReadOnlyCollection<string> kinds, IReadOnlyCollection<string> actions, TimeSpan defaultDelay)
    {
        body.CheckNames("action", "kind", "count", "delay_ms", "http_status", "keep_items", "match", "processed");
        var count = body.Whole("count", 0, int.MaxValue) ?? 1;
        return new Fault(
            Id: 0,
            body.Word("kind", kinds) ?? throw new BadInputException("kind", $"'kind' is required and must be one of {string.Join(", ", kinds)}"),
            body.Word("action", ["*", .. actions]) ?? "*",
            count == 0 ? null : count,
            body.Whole("delay_ms", 0, LongestDelay) ?? (int)defaultDelay.TotalMilliseconds,
            body.Whole("http_status", 200, 599),
            body.Whole("keep_items", 0, int.MaxValue) ?? 1,
            body.Text("match"),
            body.Flag("processed") ?? false,
            Hits: 0);
    }
}

using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Faults;

/// <summary>GET, POST and DELETE of one fault board.</summary>
internal static class FaultEndpoints
{
    public static void MapFaults(
        this IEndpointRouteBuilder routes, string path, FaultBoard board, IReadOnlyCollection<string> kinds, IReadOnlyCollection<string> actions, TimeSpan defaultDelay)
    {
        routes.MapGet(path, () => Json.Result(new JObject
        {
            ["faults"] = new JArray(board.List().Select(f => f.ToJson())),
            ["kinds"] = new JArray(kinds),
        }));
        routes.MapPost(path, async (HttpContext http) =>
        {
            var fault = board.Add(FaultReader.Read(await Json.ReadObjectAsync(http), kinds, actions, defaultDelay));
            return Json.Result(fault.ToJson(), 201);
        });
        routes.MapClear(path, board.Clear);
        routes.MapDelete(path + "/{id:int}", (int id) => board.Remove(id) ? Results.NoContent() : Results.NotFound());
    }
}

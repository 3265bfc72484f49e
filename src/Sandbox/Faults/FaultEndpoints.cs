using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Faults;

/// <summary>GET, POST and DELETE of one fault board.</summary>
internal static class FaultEndpoints
{
    public static void MapFaults(
        this IEndpointRouteBuilder routes, string path, FaultBoard board, IReadOnlyCollection<string> kinds, IReadOnlyCollection<string> actions, TimeSpan defaultDelay)
    {
        routes.MapGet(path, () => Json.Result(new { faults = board.List(), kinds }));
        routes.MapPost(path, async (HttpContext http) =>
        {
            var fault = FaultReader.Read(await Json.ReadObjectAsync(http), kinds, actions, defaultDelay);
            return Json.Result(board.Add(fault), 201);
        });
        routes.MapClear(path, board.Clear);
        routes.MapDelete(path + "/{id:int}", (int id) => board.Remove(id) ? Results.NoContent() : Results.NotFound());
    }
}

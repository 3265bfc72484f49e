using Grpc.Core;

namespace Pylon.Web.Frame;

/// <summary>What a form does: one call that changes something, then the address that shows the change.</summary>
internal static class Change
{
    /// <summary>A form at an address of its own. A refused one is answered there with its screen; who loads that address again, or follows a link of it, is led to the screen.</summary>
    /// <param name="screen">The address of the screen; its {id} is the one of the form's address.</param>
    public static void MapForm(this RouteGroupBuilder web, string pattern, string screen, Delegate change)
    {
        web.MapPost(pattern, change);
        web.MapGet(pattern, (HttpRequest request) => Go(screen.Replace("{id}", Uri.EscapeDataString(request.RouteValues["id"] as string ?? ""), StringComparison.Ordinal) + request.QueryString));
    }

    /// <param name="call">Returns the address to go to.</param>
    /// <param name="service">As a person reads it, for example the Orchestrator.</param>
    /// <param name="refused">The page of the form again, with what went wrong.</param>
    public static async Task<IResult> MakeAsync(Func<Task<string>> call, string service, Func<Trouble, IResult> refused)
    {
        try
        {
            return Go(await call());
        }
        catch (RpcException e)
        {
            return refused(Trouble.Of(e, service));
        }
    }

    /// <summary>303: the browser goes there with GET, and a reload does not send the form again.</summary>
    public static IResult Go(string address) => new SeeOther(address);

    private sealed class SeeOther(string address) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = address;
            return Task.CompletedTask;
        }
    }
}

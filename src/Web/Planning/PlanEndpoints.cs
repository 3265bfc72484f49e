using Pylon.Web.Frame;

namespace Pylon.Web.Planning;

/// <summary>The screen of the planner. Its question is in the address, so a plan can be kept and passed on.</summary>
internal static class PlanEndpoints
{
    public static void MapPlan(this RouteGroupBuilder web) => web.MapGet("/plan", () => Page.Of<PlanPage>());
}

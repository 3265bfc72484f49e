using Pylon.Web.Frame;
using Pylon.Web.Regions;

namespace Pylon.Web.Now;

/// <summary>The screens of the grid. The first one is at <c>/</c>.</summary>
internal static class NowEndpoints
{
    public static void MapNow(this RouteGroupBuilder web) => web.MapGet("/regions/{id:int}", (int id) => Tile.NameOf(id) is null
        ? (IResult)Page.Of<NotFoundPage>(StatusCodes.Status404NotFound)
        : Page.Of<RegionPage>((nameof(RegionPage.RegionId), id)));
}

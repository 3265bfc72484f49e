using Pylon.Web.Words;

namespace Pylon.Web.Frame;

/// <summary>The switch of the time zone: a cookie, and back to where the reader was.</summary>
internal static class ZoneEndpoint
{
    public static void MapZone(this RouteGroupBuilder web) => web.MapPost("/zone", async (HttpContext context) =>
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        context.Response.Cookies.Append(
            Clock.Cookie,
            form["zone"] == "london" ? "london" : "utc",
            new CookieOptions { MaxAge = TimeSpan.FromDays(365), SameSite = SameSiteMode.Lax, HttpOnly = true, IsEssential = true, Path = "/" });
        return Change.Go(Back(form["back"].ToString()));
    });

    /// <summary>Never to another host, and only to what can be in a header.</summary>
    private static string Back(string path) =>
        path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal) && !path.Contains('\\') && path.All(letter => letter is >= ' ' and <= '~') ? path : "/";
}

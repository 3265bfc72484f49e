using System.Net;
using Microsoft.AspNetCore.Components;

namespace Pylon.Web.Charts;

/// <summary>Words in a drawing.</summary>
internal static class Chart
{
    /// <summary>An element text, whose name has a meaning of its own in Razor.</summary>
    /// <param name="anchor">start, middle or end.</param>
    public static MarkupString Words(double x, double y, string words, string anchor) =>
        new($"<text class=\"axis\" x=\"{Scale.Text(x)}\" y=\"{Scale.Text(y)}\" text-anchor=\"{anchor}\">{WebUtility.HtmlEncode(words)}</text>");
}

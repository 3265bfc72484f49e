using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pylon.Web.Frame;

/// <summary>Answers of the page's endpoints.</summary>
internal static class Page
{
    public static RazorComponentResult<T> Of<T>(params (string Name, object? Value)[] parameters)
        where T : IComponent =>
        new(parameters.ToDictionary(one => one.Name, one => one.Value, StringComparer.Ordinal)) { PreventStreamingRendering = true };

    /// <summary>The same with a status.</summary>
    public static RazorComponentResult<T> Of<T>(int status, params (string Name, object? Value)[] parameters)
        where T : IComponent
    {
        var page = Of<T>(parameters);
        page.StatusCode = status;
        return page;
    }
}

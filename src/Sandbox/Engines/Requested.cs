using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Engines;

/// <summary>The body of a request to an engine.</summary>
internal static class Requested
{
    /// <summary>Null when the text is no JSON object.</summary>
    public static JObject? Object(string text)
    {
        try
        {
            return Json.Parse(text) as JObject;
        }
        catch (Newtonsoft.Json.JsonException)
        {
            return null;
        }
    }
}

using Newtonsoft.Json.Linq;

namespace Pylon.Sandbox.Requests;

/// <summary>An invalid request; the message names the field.</summary>
internal sealed class BadInputException(string field, string message) : Exception(message)
{
    public string Field { get; } = field;
}

/// <summary>Answers an invalid request with 400 (or Kestrel's own status, such as 413) and the reason.</summary>
internal sealed class BadInput(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext http)
    {
        try
        {
            await next(http);
        }
        catch (BadInputException refused) when (!http.Response.HasStarted)
        {
            await Json.Result(new JObject { ["error"] = refused.Message, ["field"] = refused.Field }, 400).ExecuteAsync(http);
        }
        catch (BadHttpRequestException refused) when (!http.Response.HasStarted)
        {
            await Json.Result(new JObject { ["error"] = refused.Message, ["field"] = "body" }, refused.StatusCode).ExecuteAsync(http);
        }
    }
}

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
        catch (Exception e) when (e is BadInputException or BadHttpRequestException && !http.Response.HasStarted)
        {
            var (field, status) = e is BadHttpRequestException bad ? ("body", bad.StatusCode) : (((BadInputException)e).Field, 400);
            await Json.Result(new { error = e.Message, field }, status).ExecuteAsync(http);
        }
    }
}

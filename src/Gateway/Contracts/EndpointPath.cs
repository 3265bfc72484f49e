namespace Pylon.Gateway.Contracts;

/// <summary>The path of a request as the routing reads it.</summary>
internal static class EndpointPath
{
    /// <summary>True when it leads to the endpoint: in any case, and with a slash at its end too.</summary>
    public static bool LeadsTo(this PathString path, string endpoint) =>
        path.StartsWithSegments(endpoint, StringComparison.OrdinalIgnoreCase, out var rest) && rest.Value is null or "" or "/";
}

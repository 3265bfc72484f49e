namespace Pylon.Cli.Client;

/// <summary>The Gateway refused the request or is unreachable; the message is shown to the user.</summary>
internal class ApiException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>As the API gives it, for example FIELD_INVALID; null without one.</summary>
    public string? Reason { get; init; }
}

/// <summary>The Gateway is unreachable.</summary>
internal sealed class UnreachableException(string message, Exception inner) : ApiException(message, inner);

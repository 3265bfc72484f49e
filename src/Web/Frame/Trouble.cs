using Grpc.Core;

namespace Pylon.Web.Frame;

/// <summary>Why something cannot be shown or done, in words.</summary>
/// <param name="HttpStatus">Of a page that has nothing else to say.</param>
public sealed record Trouble(string Title, string Text, int HttpStatus)
{
    /// <summary>Of a call to a service.</summary>
    /// <param name="service">As a person reads it, for example the Orchestrator.</param>
    public static Trouble Of(RpcException failure, string service) => failure.StatusCode switch
    {
        StatusCode.NotFound => new("Not found", Sentence(failure.Status.Detail), StatusCodes.Status404NotFound),
        StatusCode.InvalidArgument => new("Not possible so", Sentence(failure.Status.Detail), StatusCodes.Status400BadRequest),
        StatusCode.FailedPrecondition or StatusCode.AlreadyExists => new("Not possible now", Sentence(failure.Status.Detail), StatusCodes.Status409Conflict),
        StatusCode.PermissionDenied => new("Not for this key", Sentence(failure.Status.Detail), StatusCodes.Status403Forbidden),
        StatusCode.ResourceExhausted => new("Too much at once", Sentence(failure.Status.Detail), StatusCodes.Status429TooManyRequests),
        StatusCode.Unimplemented or StatusCode.Internal or StatusCode.Unknown => new($"{Begin(service)} failed", "Its log has the reason.", StatusCodes.Status502BadGateway),
        _ => new($"{Begin(service)} does not answer", "Everything else goes on. Load this page again in a moment.", StatusCodes.Status503ServiceUnavailable),
    };

    private static string Begin(string service) => char.ToUpperInvariant(service[0]) + service[1..];

    // A field begins the sentence, as the contract names it: user_email: must be an e-mail address.
    private static string Sentence(string detail)
    {
        if (detail.Length == 0)
            return "";
        var colon = detail.IndexOf(": ", StringComparison.Ordinal);
        var isField = colon > 0 && detail.AsSpan(0, colon).IndexOfAnyExcept("abcdefghijklmnopqrstuvwxyz0123456789_.[]") < 0;
        var words = isField ? detail[..colon].Replace('_', ' ').Replace('.', ' ') + detail[colon..] : detail;
        return Begin(words).TrimEnd('.') + ".";
    }
}

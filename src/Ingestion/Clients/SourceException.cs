using System.Net;
using Polly.Timeout;

namespace Pylon.Ingestion.Clients;

/// <summary>A source failed, in words of our own.</summary>
internal sealed class SourceException(string message, Exception? inner = null, HttpStatusCode? status = null) : HttpRequestException(message, inner, status)
{
    /// <summary>What an error of a request says in a run; null for one that nobody expects, which belongs into the log.</summary>
    public static string? Words(Exception exception) => exception switch
    {
        SourceException own => own.Message,
        TimeoutRejectedException late => $"no answer within {late.Timeout.TotalSeconds:0.#} s",
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "unreachable: its name cannot be resolved",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "unreachable: it accepts no connection",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } => "unreachable: no secure connection is possible",
        HttpRequestException { HttpRequestError: HttpRequestError.ConfigurationLimitExceeded } => "the answer is too large",
        HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse } => "the answer is not HTTP",
        HttpRequestException or IOException => "the connection broke before the answer was complete",
        InvalidDataException => "the answer cannot be unpacked",
        _ => null,
    };
}

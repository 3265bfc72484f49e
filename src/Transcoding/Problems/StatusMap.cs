using System.Text.Json;
using Grpc.Core;
using Microsoft.AspNetCore.WebUtilities;

namespace Pylon.Transcoding.Problems;

/// <summary>gRPC codes as HTTP statuses, the mapping of google/rpc/code.proto.</summary>
public static class StatusMap
{
    public const int ClientClosedRequest = 499;

    public static int ToHttp(StatusCode code) => code switch
    {
        StatusCode.OK => StatusCodes.Status200OK,
        StatusCode.InvalidArgument or StatusCode.FailedPrecondition or StatusCode.OutOfRange => StatusCodes.Status400BadRequest,
        StatusCode.Unauthenticated => StatusCodes.Status401Unauthorized,
        StatusCode.PermissionDenied => StatusCodes.Status403Forbidden,
        StatusCode.NotFound => StatusCodes.Status404NotFound,
        StatusCode.AlreadyExists or StatusCode.Aborted => StatusCodes.Status409Conflict,
        StatusCode.ResourceExhausted => StatusCodes.Status429TooManyRequests,
        StatusCode.Cancelled => ClientClosedRequest,
        StatusCode.Unimplemented => StatusCodes.Status501NotImplemented,
        StatusCode.Unavailable => StatusCodes.Status503ServiceUnavailable,
        StatusCode.DeadlineExceeded => StatusCodes.Status504GatewayTimeout,
        _ => StatusCodes.Status500InternalServerError,
    };

    /// <summary>The short phrase of a status.</summary>
    public static string Title(int httpStatus) =>
        httpStatus == ClientClosedRequest ? "Client Closed Request" : ReasonPhrases.GetReasonPhrase(httpStatus);

    /// <summary>INVALID_ARGUMENT for <see cref="StatusCode.InvalidArgument"/>: the reason when the service gives none.</summary>
    public static string Name(StatusCode code) => JsonNamingPolicy.SnakeCaseUpper.ConvertName(code.ToString());
}

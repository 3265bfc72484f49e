using Grpc.Core;
using Pylon.Client;

namespace Pylon.Cli.Output;

/// <summary>A failed call in one line, and the exit code for it.</summary>
internal static class Failure
{
    public static int CodeOf(RpcException exception) => exception.StatusCode switch
    {
        StatusCode.NotFound => ExitCode.NotFound,
        StatusCode.Unavailable or StatusCode.DeadlineExceeded => ExitCode.Unreachable,
        StatusCode.Internal or StatusCode.Unknown or StatusCode.DataLoss or StatusCode.Cancelled => ExitCode.Failed,
        _ => ExitCode.Refused,
    };

    /// <summary>Each wrong field with what is allowed, else what the service says, with its reason.</summary>
    public static string Line(RpcException exception)
    {
        var error = PylonError.Of(exception);
        if (error.Reason.Length == 0 && error.Code == StatusCode.Unavailable)
            return $"The Gateway is unreachable ({OneLine(error.Message)}). See ./pylon status, or start it with ./pylon up";
        if (error.Reason.Length == 0 && error.Code == StatusCode.DeadlineExceeded)
            return "The service did not answer in time. See ./pylon status";
        var text = error.Fields.Count > 0 ? string.Join("; ", error.Fields.Select(one => $"{one.Field}: {one.Rule}")) : error.Message;
        return OneLine(text) + (error.Reason.Length > 0 ? $" ({error.Reason})" : $" ({Words.Of(error.Code)})");
    }

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}

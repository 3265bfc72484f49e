using Pylon.LocalStack.Machine;

namespace Pylon.EndToEnd.Tests.Clients;

/// <summary>buf as a gRPC client that has no contract but what reflection gives it.</summary>
internal static class BufClient
{
    private static readonly Buf Buf = new(Checkout.Find());

    public static Task<ToolResult> RunAsync(params string[] arguments) => Buf.RunAsync(arguments);

    /// <summary>A call in native gRPC.</summary>
    public static Task<ToolResult> CallAsync(string address, string method, string request) =>
        RunAsync("curl", "--protocol", "grpc", "--http2-prior-knowledge", "-d", request, $"{address}/{method}");

    /// <summary>The output of a run with exit code 0.</summary>
    public static string OutputOfSuccess(this ToolResult result)
    {
        Assert.True(result.Succeeded, $"buf: {result.ExitCode} {result.Output}");
        return result.Output;
    }
}

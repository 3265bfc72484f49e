using Pylon.LocalStack.Machine;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests.Clients;

/// <summary>The pylon command, as a user runs it, against the Gateway of a test.</summary>
internal sealed class PylonCommand(string grpcAddress)
{
    public Task<ToolResult> RunAsync(params string[] arguments) => Tools.RunAsync(
        Dotnet.Program,
        [Checkout.Find().Program("Cli", TestProcess.Configuration), .. arguments],
        environment: new Dictionary<string, string?> { ["PYLON_GRPC"] = grpcAddress });
}

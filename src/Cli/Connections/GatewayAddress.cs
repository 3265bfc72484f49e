using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Stacks;

namespace Pylon.Cli.Connections;

/// <summary>Which Pylon the commands talk to.</summary>
internal static class GatewayAddress
{
    private const string Variable = "PYLON_GRPC";

    /// <summary>A client for the Gateway that <c>PYLON_GRPC</c> names, else for the running stack of this checkout.</summary>
    public static PylonClient Connect(Checkout checkout)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } address && !EnvFile.Read(checkout).TryGetValue(Variable, out address))
            throw new CommandException("Pylon is not running here. Start it with ./pylon up, or set PYLON_GRPC to the gRPC address of a Gateway.", ExitCode.Unreachable);
        try
        {
            return new PylonClient(address);
        }
        catch (ArgumentException e)
        {
            throw new CommandException($"{Variable}: {e.Message.Split(" (Parameter")[0]}", ExitCode.Usage, e);
        }
    }
}

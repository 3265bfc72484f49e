using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Stacks;

namespace Pylon.Cli.Connections;

/// <summary>Which Pylon the commands talk to.</summary>
internal static class GatewayAddress
{
    private const string Variable = "PYLON_GRPC";
    private const string CaVariable = "PYLON_CA_FILE";

    /// <summary>A client for the Gateway that <c>PYLON_GRPC</c> names, else for the running stack of this checkout; with https, <c>PYLON_CA_FILE</c> may name who vouches for it.</summary>
    public static PylonClient Connect(Checkout checkout)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } address && !EnvFile.Read(checkout).TryGetValue(Variable, out address))
            throw new CommandException("Pylon is not running here. Start it with ./pylon up, or set PYLON_GRPC to the gRPC address of a Gateway.", ExitCode.Unreachable);
        try
        {
            return new PylonClient(PylonClientOptions.For(address, Environment.GetEnvironmentVariable(CaVariable) is { Length: > 0 } file ? file : null));
        }
        catch (ArgumentException e)
        {
            throw new CommandException($"{(e.ParamName == "caFile" ? CaVariable : Variable)}: {e.Message.Split(" (Parameter")[0]}", ExitCode.Usage, e);
        }
    }
}

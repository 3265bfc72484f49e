using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;
using Pylon.LocalStack.Stacks;

namespace Pylon.Cli.Connections;

/// <summary>Which Pylon the commands talk to.</summary>
internal static class GatewayAddress
{
    private const string Variable = "PYLON_GRPC";
    /// <summary>The certificate of an authority of one's own.</summary>
    public const string CaVariable = "PYLON_CA_FILE";

    /// <summary>
    /// A client for the Gateway that <c>PYLON_GRPC</c> names, with the key of <c>PYLON_API_KEY</c>; else for the running stack of this
    /// checkout, with its key. With https, <c>PYLON_CA_FILE</c> may name who vouches for it.
    /// </summary>
    public static PylonClient Connect(Checkout checkout)
    {
        var stack = EnvFile.Read(checkout);
        if (Given(Variable) is not { } address && !stack.TryGetValue(Variable, out address))
            throw new CommandException("Pylon is not running here. Start it with ./pylon up, or set PYLON_GRPC to the gRPC address of a Gateway.", ExitCode.Unreachable);
        // The key of the stack is for nobody else.
        return Connect(address, Given(AccessKeys.KeySetting) ?? (stack.GetValueOrDefault(Variable) == address ? stack.GetValueOrDefault(AccessKeys.KeySetting) : null));
    }

    /// <summary>A client for these addresses; <paramref name="apiKey"/> null for none.</summary>
    public static PylonClient Connect(string address, string? apiKey)
    {
        try
        {
            return new PylonClient(PylonClientOptions.For(address, apiKey, Given(CaVariable)));
        }
        catch (ArgumentException e)
        {
            throw new CommandException($"{Variable}, {AccessKeys.KeySetting} or {CaVariable}: {e.Message.Split(" (Parameter")[0]}", ExitCode.Usage, e);
        }
    }

    private static string? Given(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}

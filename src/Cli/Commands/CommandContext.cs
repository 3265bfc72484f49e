using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Commands;

/// <summary>What the commands work with.</summary>
/// <param name="Connect">Makes a client of the Gateway, or says how to start one.</param>
internal sealed record CommandContext(Checkout Checkout, Screen Screen, TimeProvider Time, Func<PylonClient> Connect);

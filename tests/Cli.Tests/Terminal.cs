using Pylon.Cli.Commands;
using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.LocalStack.Machine;
using Pylon.Testing;

namespace Pylon.Cli.Tests;

/// <summary>Runs command lines as a user does, over <see cref="FakeCalls"/>.</summary>
internal sealed class Terminal
{
    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public Terminal(int width = 200, TimeProvider? time = null, Checkout? checkout = null)
    {
        Time = time ?? TimeProvider.System;
        Context = new CommandContext(checkout ?? Checkout.Find(), new Screen(_output, _errors, width, isPlain: true), Time, () => new PylonClient(Calls, Time));
    }

    public FakeCalls Calls { get; } = new();

    public TimeProvider Time { get; }

    public CommandContext Context { get; init; }

    public string Output => _output.ToString();

    public string Errors => _errors.ToString();

    public IReadOnlyList<string> Lines => Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd()).ToList();

    public Task<int> RunAsync(params IReadOnlyList<string> args) => RunAsync(args, CancellationToken.None);

    public Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken) => PylonCommand.RunAsync(Context, args, cancellationToken).Within();

    /// <summary>A line with one blank between its cells.</summary>
    public static string Squeeze(string line) => string.Join(' ', line.Split((char[])[' ', '\r'], StringSplitOptions.RemoveEmptyEntries));
}

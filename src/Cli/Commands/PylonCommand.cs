using System.CommandLine;
using System.CommandLine.Invocation;
using Grpc.Core;
using Pylon.Cli.Imports;
using Pylon.Cli.Output;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Commands;

/// <summary>The whole command line: every verb, and how each ends.</summary>
internal static class PylonCommand
{
    private const string Description = "Pylon places flexible compute work where and when electricity is clean and cheap.";

    /// <summary>Every verb.</summary>
    public static IEnumerable<Command> Verbs(CommandContext context, int partBytes = ImportFile.PartBytes) =>
    [
        UpCommand.Create(context),
        DownCommand.Create(context.Checkout),
        StatusCommand.Create(context),
        RollCommand.Create(context),
        DemoCommand.Create(context),
        SubmitCommand.Create(context),
        WatchCommand.Create(context),
        WorkerCommand.Create(context),
        RunCommand.Create(context),
        WorkloadCommands.Choose(context),
        WorkloadCommands.Show(context),
        WorkloadCommands.List(context),
        WorkloadCommands.Cancel(context),
        ReplayCommand.Create(context),
        GridCommands.Create(context),
        PlanCommand.Create(context),
        HotspotCommands.Create(context),
        AlertCommands.Create(context),
        RecommendationCommands.Create(context),
        RunCommands.Create(context),
        ImportCommand.Create(context, partBytes),
        AuditCommands.Decisions(context),
        AuditCommands.Audit(context),
        RegistryCommands.Registry(context),
        RegistryCommands.World(context),
        KeyCommands.Create(context),
        CompletionsCommand.Create(context),
        TestCommand.Create(context.Checkout),
        CheckCommand.Create(context.Checkout),
    ];

    // A RootCommand would have the name of the assembly.
    public static Command Create(CommandContext context, int partBytes = ImportFile.PartBytes)
    {
        var root = new Verb("pylon", Description, "submit 'Nightly training' --gpu-minutes 600 --wait") { ExampleHelp.Option(context.Screen.Width), new VersionOption() };
        foreach (var verb in Verbs(context, partBytes))
            root.Add(verb);
        return root;
    }

    /// <summary>Runs a command line; every failure is one line and an exit code.</summary>
    public static async Task<int> RunAsync(CommandContext context, IReadOnlyList<string> args, CancellationToken cancellationToken, int partBytes = ImportFile.PartBytes)
    {
        var screen = context.Screen;
        try
        {
            return await InvokeAsync(context, args, partBytes, cancellationToken);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && e is OperationCanceledException or RpcException)
        {
            return ExitCode.Interrupted;
        }
        catch (RpcException e)
        {
            await screen.Errors.WriteLineAsync("pylon: " + Failure.Line(e));
            return Failure.CodeOf(e);
        }
        catch (CommandException e)
        {
            await screen.Errors.WriteLineAsync("pylon: " + e.Message);
            return e.Code;
        }
        catch (Exception e) when (e is StackException or IOException or UnauthorizedAccessException)
        {
            await screen.Errors.WriteLineAsync("pylon: " + e.Message);
            return ExitCode.Failed;
        }
    }

    private static async Task<int> InvokeAsync(CommandContext context, IReadOnlyList<string> args, int partBytes, CancellationToken cancellationToken)
    {
        var screen = context.Screen;
        // Our own signal handling stops the stack in order, which may take long.
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = screen.Output, Error = screen.Errors };
        var parsed = (IsDirective(args) ? Suggesting(context) : Create(context, partBytes)).Parse(args);
        if (parsed.Action is not ParseErrorAction wrong)
            return await parsed.InvokeAsync(invocation, cancellationToken);

        // Nothing of it goes where the answer would.
        (wrong.ShowHelp, invocation.Output) = (false, screen.Errors);
        await parsed.InvokeAsync(invocation, cancellationToken);
        await screen.Errors.WriteLineAsync($"See ./pylon {Path(parsed.CommandResult)}--help");
        return ExitCode.Usage;
    }

    private static bool IsDirective(IReadOnlyList<string> args) => args.Count > 0 && args[0].StartsWith('[');

    // Directives belong to a RootCommand.
    private static RootCommand Suggesting(CommandContext context)
    {
        var root = new RootCommand(Description);
        foreach (var verb in Verbs(context))
            root.Add(verb);
        return root;
    }

    private static string Path(System.CommandLine.Parsing.SymbolResult? result) => result is System.CommandLine.Parsing.CommandResult { Parent: not null } command
        ? $"{Path(command.Parent)}{command.Command.Name} "
        : "";
}

using System.CommandLine;
using Pylon.Cli.Checks;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon check</c>: what neither the build nor a test checks.</summary>
internal static class CheckCommand
{
    public static Command Create(Checkout checkout)
    {
        var command = new Verb("check", "Check the packages' advisories, the format of the code, and the contracts", "check");
        command.SetAction((_, cancellationToken) => RunAsync(checkout, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Checkout checkout, CancellationToken cancellationToken)
    {
        checkout.MakeHome();
        var reporter = new ConsoleReporter();
        var (code, contracts) = (new CodeChecks(checkout, reporter), new ContractChecks(checkout, reporter));
        // The format is checked on restored packages.
        (string Name, Func<CancellationToken, Task<string>> RunAsync)[] checks =
            [("packages", code.AuditAsync), ("format", code.FormatAsync), ("buf lint", contracts.LintAsync), ("buf breaking", contracts.BreakingAsync)];
        var failed = 0;
        foreach (var (name, run) in checks)
        {
            try
            {
                await reporter.StepAsync(name, () => run(cancellationToken), detail => detail);
            }
            catch (StackException e)
            {
                failed++;
                await Console.Error.WriteLineAsync(e.Message);
            }
        }

        Console.WriteLine(failed == 0 ? "All checks passed." : $"{failed} of {checks.Length} checks failed.");
        return failed == 0 ? 0 : 1;
    }
}

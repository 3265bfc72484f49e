using System.CommandLine;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Servers;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon test</c>: builds, starts one PostgreSQL and one Redis, and runs the test projects on them.</summary>
internal static class TestCommand
{
    private const int SlowestShown = 5;

    public static Command Create(Checkout checkout)
    {
        var command = new Verb(
            "test", "Run the tests on throw-away servers. Words choose test projects, options go to dotnet test", "test Gateway --filter FullyQualifiedName~Webhook")
        {
            TreatUnmatchedTokensAsErrors = false,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(checkout, parsed.UnmatchedTokens, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(Checkout checkout, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        checkout.MakeHome();
        var reporter = new ConsoleReporter();
        var run = new TestRun(checkout, reporter);
        var names = arguments.TakeWhile(argument => !argument.StartsWith('-')).ToList();
        var projects = run.Projects(names);

        var (postgres, redis) = (Given("PYLON_TEST_POSTGRES"), Given("PYLON_TEST_REDIS"));
        await ServerPackages.EnsureAsync(postgres is null, redis is null, reporter, cancellationToken);
        await reporter.StepAsync("build", () => run.BuildAsync(cancellationToken), _ => "");

        await using var ownPostgres = postgres is null ? await ServerAsync(reporter, PrivatePostgres.StartInMemoryAsync(cancellationToken)) : null;
        await using var ownRedis = redis is null ? await ServerAsync(reporter, PrivateRedis.StartThrowawayAsync(cancellationToken)) : null;
        var environment = new Dictionary<string, string?>
        {
            ["PYLON_TEST_POSTGRES"] = postgres ?? ownPostgres!.Uri,
            ["PYLON_TEST_REDIS"] = redis ?? ownRedis!.Address,
        };
        var outcomes = await run.RunAsync(projects, [.. arguments.Skip(names.Count)], environment, cancellationToken);
        return Report(outcomes);
    }

    private static async Task<T> ServerAsync<T>(IStackReporter reporter, Task<T> starting)
        where T : StackProcess
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var server = await starting;
        reporter.Done(server.Name, server.Address, clock.Elapsed);
        return server;
    }

    private static int Report(IReadOnlyList<TestOutcome> outcomes)
    {
        foreach (var outcome in outcomes.Where(outcome => !outcome.Succeeded))
        {
            Console.WriteLine($"\n{outcome.Project}: {outcome.Problem ?? $"{outcome.Failed} failed"} (log {outcome.Log})");
            foreach (var failure in outcome.Failures)
                Console.WriteLine($"  ✗ {failure.Name}\n{Indent(failure.Message)}");
        }

        var (passed, failed, skipped) = (outcomes.Sum(one => one.Passed), outcomes.Sum(one => one.Failed), outcomes.Sum(one => one.Skipped));
        Console.WriteLine($"\n{passed} passed, {failed} failed, {skipped} skipped");
        Console.WriteLine("The slowest test classes:");
        foreach (var one in Slowest(outcomes))
            Console.WriteLine($"  {one.Took.TotalSeconds,6:0.0} s  {one.Name}");
        if (passed + failed == 0)
            Console.Error.WriteLine("pylon: no test ran");
        return passed + failed > 0 && outcomes.All(outcome => outcome.Succeeded) ? 0 : 1;
    }

    internal static IEnumerable<TestClassTime> Slowest(IEnumerable<TestOutcome> outcomes) =>
        outcomes.SelectMany(outcome => outcome.Classes).OrderByDescending(one => one.Took).Take(SlowestShown);

    private static string Indent(string text) => string.Join('\n', text.Split('\n').Take(20).Select(line => "      " + line.TrimEnd()));

    private static string? Given(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}

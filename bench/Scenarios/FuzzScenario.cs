using System.Globalization;
using Pylon.Bench.Harness;
using Pylon.Fuzzing;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>The inputs of tests/Fuzz.Tests, and more of them: how many a second each reader takes, and which it cannot take.</summary>
/// <param name="inputs">Over all targets.</param>
/// <param name="seed">Of the random numbers.</param>
/// <param name="names">Of the targets; all when there are none.</param>
internal sealed class FuzzScenario(long inputs, int seed, IReadOnlyCollection<string> names)
    : Scenario("fuzz", "readers of what others send, with random inputs: [target …] [--inputs N] [--seed S]")
{
    public const long DefaultInputs = 1_000_000;

    /// <exception cref="StackException">Some input breaks a reader.</exception>
    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        if (names.FirstOrDefault(name => FuzzTargets.All.All(target => target.Name != name)) is { } unknown)
            throw new StackException($"{unknown} is no target: {string.Join(", ", FuzzTargets.All.Select(target => target.Name))}");
        var targets = FuzzTargets.All.Where(target => names.Count == 0 || names.Contains(target.Name)).ToList();
        var each = Math.Max(1, inputs / targets.Count);
        Console.WriteLine($"seed {seed}\n{"target",-16}{"inputs",12}{"inputs/s",12}{"failures",10}");
        var results = new List<FuzzResult>();
        foreach (var target in targets)
        {
            var result = await FuzzRun.RunAsync(target, each, seed, cancellationToken);
            results.Add(result);
            Console.WriteLine($"{target.Name,-16}{Number(result.Inputs),12}{Number(result.Inputs / result.Elapsed.TotalSeconds),12}{Number(result.Failed),10}");
        }

        foreach (var failure in results.SelectMany(result => result.Failures))
            Console.WriteLine($"\n{failure}");
        var (all, failed) = (results.Sum(result => result.Inputs), results.Sum(result => result.Failed));
        Console.WriteLine($"{"all",-16}{Number(all),12}{Number(all / results.Sum(result => result.Elapsed.TotalSeconds)),12}{Number(failed),10}");
        if (failed > 0)
            throw new StackException($"{failed} of {all} inputs break a reader");
    }

    private static string Number(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}

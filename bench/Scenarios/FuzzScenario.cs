using System.Globalization;
using Pylon.Bench.Harness;
using Pylon.Fuzzing;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>The inputs of tests/Fuzz.Tests, and more of them: how many a second each reader takes, and which it cannot take.</summary>
/// <param name="inputs">Over all targets.</param>
/// <param name="seed">Of the random numbers.</param>
internal sealed class FuzzScenario(long inputs, int seed) : Scenario("fuzz", "readers of what others send, with random inputs: [--inputs N] [--seed S]")
{
    public const long DefaultInputs = 1_000_000;

    /// <exception cref="StackException">Some input breaks a reader.</exception>
    public override async Task RunAsync(BenchRun run, CancellationToken cancellationToken)
    {
        var each = Math.Max(1, inputs / FuzzTargets.All.Count);
        Console.WriteLine($"seed {seed}\n{"target",-16}{"inputs",12}{"inputs/s",12}{"failures",10}");
        var results = new List<FuzzResult>();
        foreach (var target in FuzzTargets.All)
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

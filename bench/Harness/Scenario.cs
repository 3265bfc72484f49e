namespace Pylon.Bench.Harness;

/// <summary>One thing that is measured: sets the stage, then compares contenders on it.</summary>
/// <param name="name">The word on the command line.</param>
/// <param name="about">One line for the list: what is measured against what.</param>
internal abstract class Scenario(string name, string about)
{
    public string Name { get; } = name;

    public string About { get; } = about;

    public abstract Task RunAsync(BenchRun run, CancellationToken cancellationToken);
}

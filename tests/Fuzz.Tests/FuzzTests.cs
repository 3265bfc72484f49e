using Pylon.Fuzzing;

namespace Pylon.Fuzz.Tests;

/// <summary>
/// Seeded inputs for every reader of what others send. PYLON_FUZZ_SEED sets another seed; <c>bench/run fuzz</c> gives the
/// same inputs and more of them.
/// </summary>
public sealed class FuzzTests
{
    private const int Inputs = 5_000;

    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task NoInputBreaksAReader(string name)
    {
        var target = FuzzTargets.All.Single(one => one.Name == name);
        var result = await FuzzRun.RunAsync(target, Inputs, FuzzRun.Seed, CancellationToken.None);
        Assert.True(result.Failed == 0, $"{result.Failed} of {result.Inputs} inputs\n{string.Join("\n\n", result.Failures)}");
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void AnInputIsMadeAgainFromItsSeedAndIndex(string name)
    {
        var target = FuzzTargets.All.Single(one => one.Name == name);
        for (var index = 0; index < 100; index++)
            Assert.Equal(FuzzRun.Input(target, 1, index).Bytes, FuzzRun.Input(target, 1, index).Bytes);
    }
}

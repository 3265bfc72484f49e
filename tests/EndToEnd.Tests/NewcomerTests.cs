using Pylon.EndToEnd.Tests.Stacks;
using Pylon.LocalStack.Machine;

namespace Pylon.EndToEnd.Tests;

/// <summary>
/// Somebody who sees Pylon for the first time and reads only what the screen says. The same script begins at a clone when it
/// is run by hand; here it begins at the page.
/// </summary>
public sealed class NewcomerTests(SharedStack stack) : SharedStackTests(stack)
{
    [Fact]
    public async Task TheScreensLeadToAChosenWorkload()
    {
        var walk = await Tools.RunAsync("bash", [Path.Combine(Checkout.Find().Root, "tests", "Newcomer", "walk"), Stack.Url]);

        Assert.True(walk.Succeeded, walk.Output);
        Assert.Contains("chosen:  Option 1 is chosen.", walk.Output, StringComparison.Ordinal);
        var chosen = (await Gateway.GetAsync("/api/v1/workloads?page_size=1"))["workloads"]![0]!;
        Assert.Equal("My first workload", chosen["workload_name"]!.GetValue<string>());
        Assert.Equal(1, chosen["chosen_option"]!.GetValue<int>());
    }
}

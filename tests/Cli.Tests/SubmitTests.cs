using System.CommandLine;
using Pylon.Cli.Client;
using Pylon.Cli.Commands;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Tests;

/// <summary>A wrong value on the command line is one line that says what is allowed.</summary>
public class SubmitTests
{
    [Theory]
    [InlineData("+999999999d")]
    [InlineData("+NaNd")]
    [InlineData("-1h")]
    [InlineData("+-1h")]
    [InlineData("+1e400d")]
    [InlineData("+6")]
    [InlineData("+")]
    [InlineData("")]
    [InlineData("tomorrow")]
    public void DeadlineThatIsNoTimeIsRefused(string text) => Assert.Contains(
        $"Deadline '{text}' must be",
        Assert.Throws<ApiException>(() => WorkloadCommands.Moment(text, new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero))).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("--carbon-cap", "NaN")]
    [InlineData("--carbon-cap", "∞")]
    [InlineData("--carbon-cap", "1e999")]
    [InlineData("--max-price", "0")]
    [InlineData("--max-price", "cheap")]
    [InlineData("--max-gco2", "-1")]
    [InlineData("--energy-kwh", "0")]
    [InlineData("--memory-gb", "much")]
    [InlineData("--delay-mins", "-1")]
    [InlineData("--cpu-cores", "0")]
    [InlineData("--gpu-minutes", "1.5")]
    [InlineData("--gpu-minutes", "99999999999")]
    public void NumberThatIsNotAboveZeroIsRefused(string option, string value)
    {
        var errors = WorkloadCommands.Submit(Checkout.Find(), TimeProvider.System).Parse(["x", option, value]).Errors;
        Assert.StartsWith($"{option}: '{value}' must be a ", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NumbersAboveZeroAreTaken() =>
        Assert.Empty(WorkloadCommands.Submit(Checkout.Find(), TimeProvider.System).Parse(["x", "--carbon-cap", "0.5", "--max-price", "1e2", "--gpu-minutes", "30", "--delay-mins", "0", "--urgency", "critical"]).Errors);
}

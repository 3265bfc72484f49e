using Pylon.Cli.Commands;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Tests;

public sealed class TestOutcomeTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void PassedFailedAndSkippedAreCounted()
    {
        File.WriteAllText(_file, """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
              <UnitTestResult testName="A" outcome="Passed" /><UnitTestResult testName="B" outcome="NotExecuted" />
              <UnitTestResult testName="C" outcome="Failed"><Output><ErrorInfo><Message>expected 1</Message><StackTrace>at C()</StackTrace></ErrorInfo></Output></UnitTestResult>
            </Results></TestRun>
            """);

        var outcome = TestOutcome.Read("X.Tests", _file, "log", new ToolResult(1, ""));

        Assert.Equal((1, 1, 1), (outcome.Passed, outcome.Failed, outcome.Skipped));
        Assert.Equal([new TestFailure("C", "expected 1\nat C()")], outcome.Failures);
        Assert.False(outcome.Succeeded);
    }

    [Fact]
    public void ACrashedRunIsNoSuccess()
    {
        var outcome = TestOutcome.Read("X.Tests", "/nowhere", "log", new ToolResult(134, "Test host process crashed"));

        Assert.False(outcome.Succeeded);
        Assert.Contains("Test host process crashed", outcome.Problem, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_file);
}

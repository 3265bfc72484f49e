using Pylon.Cli.Commands;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Tests;

public sealed class TestOutcomeTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    [Fact]
    public void PassedFailedAndSkippedTestsAreCounted()
    {
        File.WriteAllText(_file, """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
              <UnitTestResult testName="A" outcome="Passed" /><UnitTestResult testName="B" outcome="NotExecuted" />
              <UnitTestResult testName="C" outcome="Failed"><Output><ErrorInfo><Message>expected 1</Message><StackTrace>at C()</StackTrace></ErrorInfo></Output></UnitTestResult>
            </Results></TestRun>
            """);

        var outcome = TestOutcome.Read("X.Tests", _file, sequence: null, "log", new ToolResult(1, ""));

        Assert.Equal((1, 1, 1), (outcome.Passed, outcome.Failed, outcome.Skipped));
        Assert.Equal([new TestFailure("C", "expected 1\nat C()")], outcome.Failures);
        Assert.False(outcome.Succeeded);
    }

    [Fact]
    public void ClassesAreListedByTheTimeOfTheirTests()
    {
        File.WriteAllText(_file, """
            <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
              <UnitTestResult testId="1" testName="A" outcome="Passed" duration="00:00:01.5000000" />
              <UnitTestResult testId="2" testName="B" outcome="Passed" duration="00:00:02.0000000" />
              <UnitTestResult testId="3" testName="C" outcome="Passed" duration="00:00:03.0000000" />
            </Results><TestDefinitions>
              <UnitTest id="1"><TestMethod className="Slow" /></UnitTest><UnitTest id="2"><TestMethod className="Slow" /></UnitTest>
              <UnitTest id="3"><TestMethod className="Quick" /></UnitTest>
            </TestDefinitions></TestRun>
            """);

        var outcome = TestOutcome.Read("X.Tests", _file, sequence: null, "log", new ToolResult(0, ""));

        Assert.Equal([new TestClassTime("Slow", TimeSpan.FromSeconds(3.5)), new TestClassTime("Quick", TimeSpan.FromSeconds(3))], TestCommand.Slowest([outcome]));
    }

    [Fact]
    public void RunThatCrashedHasAProblem()
    {
        var outcome = TestOutcome.Read("X.Tests", "/nowhere", sequence: null, "log", new ToolResult(134, "Test host process crashed"));

        Assert.False(outcome.Succeeded);
        Assert.Contains("Test host process crashed", outcome.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void TestsThatHungAreNamedBesideTheResultsOfTheOthers()
    {
        var sequence = Path.GetTempFileName();
        try
        {
            File.WriteAllText(_file, "<TestRun><Results><UnitTestResult testName=\"A\" outcome=\"Passed\" /></Results></TestRun>");
            File.WriteAllText(sequence, """
                <?xml version="1.0"?>
                <TestSequence>
                  <Test Name="X.B" DisplayName="X.B(n: 1)" Source="x.dll" Completed="False" />
                  <Test Name="X.A" DisplayName="X.A" Source="x.dll" Completed="True" />
                  <Test Name="X.C" DisplayName="X.C" Source="x.dll" Completed="False" />
                </TestSequence>
                """);

            var outcome = TestOutcome.Read("X.Tests", _file, sequence, "log", new ToolResult(1, "Test Run Aborted."));

            Assert.Equal((1, false), (outcome.Passed, outcome.Succeeded));
            Assert.Equal("the run ended before these tests did: X.B(n: 1), X.C", outcome.Problem);
        }
        finally
        {
            File.Delete(sequence);
        }
    }

    public void Dispose() => File.Delete(_file);
}

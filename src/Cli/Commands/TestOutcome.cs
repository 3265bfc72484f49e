using System.Xml;
using System.Xml.Linq;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Commands;

internal sealed record TestFailure(string Name, string Message);

/// <summary>How long the tests of a class took together.</summary>
internal sealed record TestClassTime(string Name, TimeSpan Took);

/// <summary>The outcome of one test project.</summary>
/// <param name="Project">Its name.</param>
/// <param name="Log">The file with its output.</param>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed.</param>
/// <param name="Skipped">Tests that were not run.</param>
/// <param name="Failures">The failed tests.</param>
/// <param name="Classes">The test classes.</param>
/// <param name="Problem">What went wrong beside the tests, if anything.</param>
internal sealed record TestOutcome(
    string Project, string Log, int Passed, int Failed, int Skipped, IReadOnlyList<TestFailure> Failures, IReadOnlyList<TestClassTime> Classes, string? Problem)
{
    public bool Succeeded => Failed == 0 && Problem is null;

    /// <summary>An outcome without results.</summary>
    public static TestOutcome Without(string project, string log, string problem) => new(project, log, 0, 0, 0, [], [], problem);

    /// <summary>
    /// Reads the results file. A run with a bad exit code and no failed test is a problem, and so is one that hung or crashed:
    /// <paramref name="sequence"/>, which the platform writes then, says which tests had started and not ended.
    /// </summary>
    public static TestOutcome Read(string project, string trx, string? sequence, string log, ToolResult run)
    {
        try
        {
            var document = File.Exists(trx) ? XDocument.Load(trx) : new XDocument();
            var results = Named(document, "UnitTestResult").ToList();
            var failures = results.Where(result => Text(result, "outcome") is not ("Passed" or "NotExecuted")).Select(Failure).ToList();
            var passed = results.Count(result => Text(result, "outcome") == "Passed");
            var skipped = results.Count(result => Text(result, "outcome") == "NotExecuted");
            var problem = sequence is not null ? $"the run ended before these tests did: {Open(sequence)}"
                : !run.Succeeded && failures.Count == 0 ? "the run failed: " + string.Join(" / ", run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3).Select(line => line.Trim()))
                : null;
            return new TestOutcome(project, log, passed, failures.Count, skipped, failures, [.. Times(document, results)], problem);
        }
        catch (XmlException e)
        {
            return Without(project, log, $"its results cannot be read: {e.Message}");
        }
    }

    private static string Open(string sequence) => string.Join(
        ", ", Named(XDocument.Load(sequence), "Test").Where(test => Text(test, "Completed") != "True").Select(test => Text(test, "DisplayName")));

    private static IEnumerable<TestClassTime> Times(XDocument document, IEnumerable<XElement> results)
    {
        var classes = Named(document, "UnitTest").ToDictionary(
            test => Text(test, "id"), test => Named(test, "TestMethod").Select(method => Text(method, "className")).FirstOrDefault() ?? "");
        return results.GroupBy(result => classes.GetValueOrDefault(Text(result, "testId"), ""))
            .Select(group => new TestClassTime(group.Key, group.Aggregate(TimeSpan.Zero, (sum, result) => sum + Duration(result))));
    }

    private static TimeSpan Duration(XElement result) =>
        TimeSpan.TryParse(Text(result, "duration"), out var duration) ? duration : TimeSpan.Zero;

    private static TestFailure Failure(XElement result)
    {
        string Inner(string name) => Named(result, name).FirstOrDefault()?.Value.Trim() ?? "";
        return new TestFailure(Text(result, "testName"), (Inner("Message") + "\n" + Inner("StackTrace")).Trim());
    }

    private static IEnumerable<XElement> Named(XContainer container, string name) => container.Descendants().Where(element => element.Name.LocalName == name);

    private static string Text(XElement element, string attribute) => element.Attribute(attribute)?.Value ?? "";
}

using System.Xml;
using System.Xml.Linq;
using Pylon.LocalStack.Machine;

namespace Pylon.Cli.Commands;

internal sealed record TestFailure(string Name, string Message);

/// <summary>What came of one test project.</summary>
/// <param name="Project">Its name.</param>
/// <param name="Log">Where its whole output is.</param>
/// <param name="Passed">Tests that passed.</param>
/// <param name="Failed">Tests that failed.</param>
/// <param name="Skipped">Tests that were not run.</param>
/// <param name="Failures">The failed ones.</param>
/// <param name="Problem">What went wrong beside the tests, if anything.</param>
internal sealed record TestOutcome(string Project, string Log, int Passed, int Failed, int Skipped, IReadOnlyList<TestFailure> Failures, string? Problem)
{
    public bool Succeeded => Failed == 0 && Problem is null;

    /// <summary>Reads the results file; a run that ended badly without a failed test, or without results, is a problem.</summary>
    public static TestOutcome Read(string project, string trx, string log, ToolResult run)
    {
        try
        {
            var results = File.Exists(trx) ? Results(XDocument.Load(trx)) : [];
            var failures = results.Where(result => Outcome(result) is not ("Passed" or "NotExecuted")).Select(Failure).ToList();
            var passed = results.Count(result => Outcome(result) == "Passed");
            var skipped = results.Count(result => Outcome(result) == "NotExecuted");
            var problem = !run.Succeeded && failures.Count == 0
                ? "the run ended badly: " + string.Join(" / ", run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(3).Select(line => line.Trim()))
                : null;
            return new TestOutcome(project, log, passed, failures.Count, skipped, failures, problem);
        }
        catch (XmlException e)
        {
            return new TestOutcome(project, log, 0, 0, 0, [], $"its results cannot be read: {e.Message}");
        }
    }

    private static List<XElement> Results(XDocument trx) => [.. trx.Descendants().Where(element => element.Name.LocalName == "UnitTestResult")];

    private static string Outcome(XElement result) => result.Attribute("outcome")?.Value ?? "";

    private static TestFailure Failure(XElement result)
    {
        string Text(string name) => result.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value.Trim() ?? "";
        return new TestFailure(result.Attribute("testName")?.Value ?? "?", (Text("Message") + "\n" + Text("StackTrace")).Trim());
    }
}

using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Services;

namespace Pylon.Cli.Commands;

/// <summary>Runs the test projects of the solution, each in a process of its own, with a time limit.</summary>
internal sealed partial class TestRun(Checkout checkout, IStackReporter reporter)
{
    private const string Configuration = "Debug";
    private const int SideBySide = 2;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    // Longer than the longest test, and so short that a project with a test that hangs ends before its limit.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(5);

    // A shell that has sourced .pylon/env would point the tests at the running stack.
    private static readonly string[] NotInherited =
        ["PYLON_URL", "PYLON_GRPC", "PYLON_POSTGRES", "PYLON_POSTGRES_OWNER", "PYLON_POSTGRES_DIRECT", "PYLON_REPLICAS", "PYLON_REDIS", .. ServiceDefinition.All.Select(service => "PYLON_" + service.Name.ToUpperInvariant())];

    private string Solution => Path.Combine(checkout.Root, "Pylon.sln");

    /// <summary>The test projects with one of these words in their path; all of them without words.</summary>
    public IReadOnlyList<string> Projects(IReadOnlyList<string> words)
    {
        var all = TestProject().Matches(File.ReadAllText(Solution)).Select(match => match.Groups["path"].Value.Replace('\\', '/')).ToList();
        var chosen = all.Where(path => words.Count == 0 || words.Any(word => path.Contains(word.TrimEnd('/'), StringComparison.OrdinalIgnoreCase))).ToList();
        return chosen.Count > 0 ? chosen : throw new StackException($"No test project has {string.Join(" or ", words)} in its name. There are:\n{string.Join('\n', all)}");
    }

    public async Task<bool> BuildAsync(CancellationToken cancellationToken)
    {
        await new ServiceBuild(checkout, Configuration).DotnetBuildAsync(Solution, reporter, cancellationToken);
        return true;
    }

    public async Task<IReadOnlyList<TestOutcome>> RunAsync(
        IReadOnlyList<string> projects, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> environment, CancellationToken cancellationToken)
    {
        var results = Path.Combine(checkout.Home, "test-results");
        if (Directory.Exists(results))
            Directory.Delete(results, recursive: true);
        Directory.CreateDirectory(results);
        var variables = new Dictionary<string, string?>(Dotnet.Quietly);
        foreach (var (name, value) in NotInherited.Select(name => KeyValuePair.Create(name, (string?)null)).Concat(environment))
            variables[name] = value;
        // A test ends before code that is compiled anew for its profile has paid for that; it is a fifth of the CPU of a run.
        variables["DOTNET_TieredPGO"] = "0";

        // The end-to-end tests take longest; then those with the most code: so what runs side by side ends together.
        using var slots = new SemaphoreSlim(SideBySide);
        return await Task.WhenAll(projects.OrderByDescending(IsEndToEnd).ThenByDescending(project => new FileInfo(AssemblyOf(project)).Length).Select(async project =>
        {
            await slots.WaitAsync(cancellationToken);
            try
            {
                return await RunOneAsync(project, arguments, variables, results, cancellationToken);
            }
            finally
            {
                slots.Release();
            }
        }));
    }

    private static string? SequenceIn(string results) => Directory.Exists(results)
        ? Directory.EnumerateFiles(results, "Sequence_*.xml", SearchOption.AllDirectories).FirstOrDefault()
        : null;

    private static bool IsEndToEnd(string project) => project.Contains("EndToEnd", StringComparison.Ordinal);

    private string AssemblyOf(string project) =>
        Path.Combine(checkout.Root, Path.GetDirectoryName(project)!, "bin", Configuration, "net10.0", $"Pylon.{Path.GetFileNameWithoutExtension(project)}.dll");

    private async Task<TestOutcome> RunOneAsync(
        string project, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?> environment, string results, CancellationToken cancellationToken)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var name = Path.GetFileNameWithoutExtension(project);
        var (trx, log) = (Path.Combine(results, name + ".trx"), Path.Combine(checkout.Logs, $"test-{name}.log"));
        var assembly = AssemblyOf(project);
        var own = Path.Combine(results, name);
        // A process whose tests neither begin nor end for so long is ended: the results of the others are kept, and a file
        // in its directory names those that had begun. No dump: it would hold the whole memory.
        string[] command =
        [
            "test", assembly, "--logger", $"trx;LogFileName={trx}", "--results-directory", own,
            $"--blame:CollectHangDump;TestTimeout={Silence.TotalSeconds:0}s;HangDumpType=None", .. arguments,
        ];

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        TestOutcome outcome;
        var lines = new ConcurrentQueue<string>();
        try
        {
            var run = await Tools.RunAsync(
                Dotnet.Program, command, workingDirectory: checkout.Root, environment: environment, onLine: lines.Enqueue, cancellationToken: limit.Token);
            outcome = TestOutcome.Read(name, trx, SequenceIn(own), log, run);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            outcome = TestOutcome.Without(name, log, $"stopped after {Limit.TotalMinutes:0} minutes");
        }

        await File.WriteAllLinesAsync(log, lines, cancellationToken);

        var tally = $"{outcome.Passed} passed, {outcome.Failed} failed, {outcome.Skipped} skipped";
        if (outcome.Succeeded)
            reporter.Done(name, tally, clock.Elapsed);
        else
            reporter.Warn($"{name} {tally} {outcome.Problem} {clock.Elapsed.TotalSeconds:0.0} s");
        return outcome;
    }

    [GeneratedRegex("\"(?<path>[^\"]+\\.Tests\\.csproj)\"", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestProject();
}

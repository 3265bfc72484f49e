using System.CommandLine;
using System.Text.Json;
using Grpc.Core;
using Pylon.Cli.Commands;
using Pylon.Cli.Output;

namespace Pylon.Cli.Tests;

/// <summary>What holds for every verb.</summary>
public sealed class VerbsTests
{
    // They start processes, or need a stack or a machine of their own.
    private static readonly string[] OfTheMachine = ["up", "down", "status", "roll", "test", "check", "demo", "completions", "worker", "run"];

    public static TheoryData<string> All => [.. Verbs().Select(verb => verb.Example).Distinct(StringComparer.Ordinal)];

    /// <summary>Those that ask Pylon; an import needs a file.</summary>
    public static TheoryData<string> OfPylon => [.. Verbs().Select(verb => verb.Example).Distinct(StringComparer.Ordinal).Where(example => !OfTheMachine.Contains(example.Split(' ')[0], StringComparer.Ordinal) && !example.StartsWith("import", StringComparison.Ordinal))];

    [Fact]
    public void EveryVerbHasAnExampleOfItself()
    {
        foreach (var (verb, path) in Commands())
            Assert.True(verb is Verb { Example: var example } && example.StartsWith(path, StringComparison.Ordinal), $"{path}: needs an example that begins with {path}");
    }

    [Theory]
    [MemberData(nameof(All))]
    public void EveryExampleIsAllowed(string example)
    {
        var errors = PylonCommand.Create(new Terminal().Context).Parse(Split(example)).Errors.Where(error => !error.Message.Contains(".csv", StringComparison.Ordinal));
        Assert.Empty(errors.Select(error => error.Message));
    }

    [Theory]
    [InlineData("plan --duration 1h --region 13 --zones GB-R01", "--region: is only allowed without --zones")]
    [InlineData("plan --duration 1h --series carbon.txt --price", "--price: is only allowed without --series")]
    [InlineData("plan --duration 1h --series carbon.txt --zones GB-R01", "--zones: is only allowed without --series")]
    [InlineData("run --for 1h --by +4h --region 13 --zone GB-R01 -- true", "--region: is only allowed without --zone")]
    [InlineData("submit x --timeout 5m", "--timeout: is only allowed with --wait")]
    [InlineData("submit x --choose 1", "--choose: is only allowed with --wait")]
    [InlineData($"watch {Verb.SampleId} --topics grid", "--topics: is only allowed without an id")]
    [InlineData("replay --deadline +2d", "--deadline: is only allowed with an id or --all")]
    public void AnOptionThatWouldMeanNothingIsRefused(string line, string error) =>
        Assert.Equal([error], PylonCommand.Create(new Terminal().Context).Parse(Split(line)).Errors.Select(one => one.Message));

    [Theory]
    [MemberData(nameof(All))]
    public async Task EveryVerbShowsItsExample(string example)
    {
        var terminal = new Terminal(width: 100);

        Assert.Equal(0, await terminal.RunAsync([.. Split(example).TakeWhile(word => !word.StartsWith('-')).Append("--help")]));

        Assert.Contains($"./pylon {example}", terminal.Output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OfPylon))]
    public async Task EveryVerbPrintsOnlyJsonWhenAsked(string example)
    {
        var terminal = Running();

        await terminal.RunAsync([.. Split(example), "--json"]);

        var documents = example.StartsWith("watch", StringComparison.Ordinal) ? terminal.Lines : [terminal.Output];
        foreach (var document in documents)
            Assert.NotEqual(JsonValueKind.Undefined, JsonDocument.Parse(document).RootElement.ValueKind);
        // The broadcast ends with an error only.
        Assert.Equal(example.StartsWith("watch", StringComparison.Ordinal), terminal.Errors.Length > 0);
    }

    [Theory]
    [MemberData(nameof(OfPylon))]
    public async Task EveryTableFitsItsTerminal(string example)
    {
        foreach (var width in (int[])[80, 120])
        {
            var terminal = Running(width);

            await terminal.RunAsync(Split(example));

            Assert.DoesNotContain("\e[", terminal.Output, StringComparison.Ordinal);
            Assert.DoesNotMatch("[A-Z]{3,}_[A-Z]", terminal.Output);
            // A terminal breaks sentences itself.
            Assert.DoesNotContain(terminal.Lines, line => line.Length > width && line[0] is ' ' or '─');
        }
    }

    [Theory]
    [MemberData(nameof(OfPylon))]
    public async Task EveryVerbHasTheExitCodesOfTheTable(string example)
    {
        foreach (var (code, expected) in new[]
        {
            (StatusCode.NotFound, ExitCode.NotFound), (StatusCode.InvalidArgument, ExitCode.Refused), (StatusCode.FailedPrecondition, ExitCode.Refused), (StatusCode.Unavailable, ExitCode.Unreachable),
            (StatusCode.DeadlineExceeded, ExitCode.Unreachable), (StatusCode.Internal, ExitCode.Failed), (StatusCode.PermissionDenied, ExitCode.Refused),
        })
        {
            var terminal = Running();
            terminal.Calls.Failure = FakeCalls.Error(code);

            Assert.Equal(expected, await terminal.RunAsync(Split(example)));
            Assert.StartsWith("pylon: ", Assert.Single(terminal.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
            Assert.Equal("", terminal.Output);
        }
    }

    [Theory]
    [MemberData(nameof(OfPylon))]
    public async Task EveryVerbSaysHowToStartPylon(string example)
    {
        var terminal = new Terminal();
        terminal = new Terminal { Context = terminal.Context with { Connect = () => throw new CommandException("Pylon is not running here. Start it with ./pylon up", ExitCode.Unreachable) } };

        Assert.Equal(ExitCode.Unreachable, await PylonCommand.RunAsync(terminal.Context, Split(example), CancellationToken.None));
    }

    [Theory]
    [MemberData(nameof(OfPylon))]
    public async Task EveryVerbThatIsInterruptedSaysSo(string example)
    {
        var terminal = Running();
        terminal.Calls.Failure = FakeCalls.Error(StatusCode.Cancelled);

        Assert.Equal(ExitCode.Interrupted, await terminal.RunAsync(Split(example), new CancellationToken(canceled: true)));
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("submit")]
    [InlineData("submit x --carbon-cap NaN")]
    [InlineData("submit x --deadline tomorrow")]
    [InlineData("submit x --choose 1")]
    [InlineData("choose 7c9e6679 4")]
    [InlineData("list --limit 0")]
    [InlineData("list --status odd")]
    [InlineData("grid region 99")]
    [InlineData("audit verify --head 12")]
    [InlineData("import nowhere.csv")]
    [InlineData("replay 7c9e6679 --all")]
    [InlineData("hotspots")]
    public async Task AWrongCommandLineIsOneThatSaysWhatIsAllowed(string line)
    {
        var terminal = Running();

        Assert.Equal(ExitCode.Usage, await terminal.RunAsync(Split(line)));

        Assert.Equal("", terminal.Output);
        Assert.Contains("--help", terminal.Errors, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", terminal.Errors, StringComparison.Ordinal);
        Assert.Empty(terminal.Calls.Requests);
    }

    [Fact]
    public void TheTableOfTheReadmeHasEveryExitCode()
    {
        var readme = File.ReadAllText(Path.Combine(Pylon.LocalStack.Machine.Checkout.Find().Root, "src", "Cli", "README.md"));

        foreach (var code in typeof(ExitCode).GetFields().Select(field => (int)field.GetRawConstantValue()!))
            Assert.Contains($"| {code} |", readme, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gr", "grid")]
    [InlineData("grid re", "region")]
    [InlineData("registry sto", "storage-assets")]
    [InlineData("list --st", "--status")]
    public async Task WordsAreCompleted(string line, string word)
    {
        var terminal = new Terminal();

        Assert.Equal(0, await terminal.RunAsync($"[suggest:{line.Length}]", line));

        Assert.Contains(word, terminal.Lines);
    }

    private static Terminal Running(int width = 200)
    {
        var terminal = new Terminal(width);
        Samples.Answer(terminal.Calls);
        terminal.Calls.OnStream("Subscribe", Broadcast());
        return terminal;

        static IEnumerable<object> Broadcast()
        {
            yield return new Pylon.Gateway.V1.SubscribeResponse { Position = "1", Gap = true };
            yield return new Pylon.Gateway.V1.SubscribeResponse { Position = "2", Event = new() { Id = "e", Type = "pylon.workload.queued.v1", Subject = Samples.Id, WorkloadQueued = new() { WorkloadId = Samples.Id } } };
            throw FakeCalls.Error(StatusCode.InvalidArgument);
        }
    }

    private static IEnumerable<Verb> Verbs() => Commands().Select(one => one.Command).OfType<Verb>();

    private static IEnumerable<(Command Command, string Path)> Commands(Command? parent = null, string path = "") =>
        (parent?.Subcommands ?? PylonCommand.Verbs(new Terminal().Context)).SelectMany(one => Commands(one, $"{path}{one.Name} ").Prepend((one, $"{path}{one.Name}")));

    private static string[] Split(string line) => [.. System.CommandLine.Parsing.CommandLineParser.SplitCommandLine(line.Replace('\'', '"'))];
}

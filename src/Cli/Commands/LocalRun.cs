using System.Collections;
using System.Globalization;
using Grpc.Core;
using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.Orchestrator.V1;
using Pylon.Worker;
using Pylon.Worker.Energy;
using Pylon.Worker.Jobs;
using Pylon.Worker.Processes;

namespace Pylon.Cli.Commands;

/// <summary>Waits for the best time of a command, runs it here, and tells what it took and saved. Without a plan it runs at once.</summary>
internal sealed class LocalRun(CommandContext context, IReadOnlyList<string> command, double watts)
{
    private const int SignalBase = 128;

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestRun = TimeSpan.FromDays(30);
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    public async Task<int> RunAsync(AskedPlan asked, bool orNow, CancellationToken cancellationToken)
    {
        if (CommandLine.Find(command[0]) is null)
            throw new CommandException($"command: {command[0]} is not there", ExitCode.Usage);
        if (Launch.Missing is { } missing)
            throw new CommandException(missing, ExitCode.Failed);
        var answer = await PlanAsync(asked, cancellationToken);
        var steps = answer is null || orNow ? [] : Steps(answer);
        if (answer is not null)
        {
            foreach (var line in PlanPicture.Lines(answer, context.Screen.Width))
                await context.Screen.Errors.WriteLineAsync(line);
        }

        if (steps.Count > 0)
            await WaitAsync(steps[0].Start, cancellationToken);
        var outcome = await RunAsync(steps, cancellationToken);
        await TellAsync(outcome, answer?.Plan, orNow);
        cancellationToken.ThrowIfCancellationRequested();
        return CodeOf(outcome.Failure);
    }

    /// <summary>The plan; null without one, after a line that says why. Only a wrong request is an error.</summary>
    private async Task<PlanWindowResponse?> PlanAsync(AskedPlan asked, CancellationToken cancellationToken)
    {
        try
        {
            using var client = context.Connect();
            return await client.Planning.PlanWindowAsync(
                asked.Request(context.Time.GetUtcNow()), deadline: (context.Time.GetUtcNow() + AnswerLimit).UtcDateTime, cancellationToken: cancellationToken);
        }
        catch (CommandException e) when (e.Code == ExitCode.Unreachable)
        {
            await context.Screen.Errors.WriteLineAsync($"pylon: starts now: {e.Message}");
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && PylonError.Of(e).Reason != "FIELD_INVALID")
        {
            await context.Screen.Errors.WriteLineAsync($"pylon: starts now: {Failure.Line(e)}");
        }

        return null;
    }

    private static List<RunStep> Steps(PlanWindowResponse answer)
    {
        if (answer.Plan.Window?.StartTime is not { } start || answer.Step is not { } length)
            return [];
        var (begin, step) = (start.ToDateTimeOffset(), length.ToTimeSpan());
        return [.. answer.Plan.Pieces.Select(piece => begin + (step * (piece.FirstStep - answer.Plan.StartStep))).Zip(answer.Plan.Pieces, (from, piece) => new RunStep(from, from + (step * piece.Steps)))];
    }

    private async Task WaitAsync(DateTimeOffset begin, CancellationToken cancellationToken)
    {
        if (begin <= context.Time.GetUtcNow())
            return;
        await context.Screen.Errors.WriteLineAsync($"waits until {Figures.Moment(begin)} UTC");
        while (begin - context.Time.GetUtcNow() is { Ticks: > 0 } left)
        {
            if (!Console.IsErrorRedirected)
                await context.Screen.Errors.WriteAsync($"\r{left.ToString(left.TotalDays >= 1 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture)} ");
            await Task.Delay(left < Tick ? left : Tick, context.Time, cancellationToken);
        }
    }

    private async Task<JobOutcome> RunAsync(IReadOnlyList<RunStep> steps, CancellationToken cancellationToken)
    {
        var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().ToDictionary(one => (string)one.Key, one => (string?)one.Value ?? "", StringComparer.Ordinal);
        var meter = new EnergyMeter(new PowerCounters(), watts, 1, EnergyMeter.BusySeconds);
        // An uninterrupted one needs no steps: it runs to its end.
        var run = new JobRun(new ProcessStart(command, Environment.CurrentDirectory, environment, null), LongestRun, steps.Count > 1 ? steps : [], meter, context.Time);
        await using var output = Console.OpenStandardOutput();
        try
        {
            return await run.RunAsync(
                piece =>
                {
                    output.Write(piece.Span);
                    output.Flush();
                },
                cancellationToken);
        }
        catch (WorkerException e)
        {
            throw new CommandException(e.Message, ExitCode.Failed, e);
        }
    }

    private async Task TellAsync(JobOutcome outcome, Plan? plan, bool orNow)
    {
        var errors = context.Screen.Errors;
        await errors.WriteLineAsync(
            $"{(outcome.Failure is { } failure ? $"ended with {failure}" : "done")} after {Figures.Length(outcome.EndedAt - outcome.StartedAt)}; "
            + $"{(outcome.Energy.IsEstimated ? "≈ " : "")}{Figures.Number(outcome.Energy.Kwh * 1000)} Wh{(outcome.Energy.IsEstimated ? " (estimated from CPU time)" : "")}");
        if (plan?.Carbon is not { } carbon)
            return;
        var (then, now) = (outcome.Energy.Kwh * carbon.Mean, outcome.Energy.Kwh * carbon.NowMean);
        await errors.WriteLineAsync(orNow
            ? $"{Figures.Mass(now)} CO2; waiting would have made it {Figures.Mass(then)}"
            : $"{Figures.Mass(then)} CO2 instead of {Figures.Mass(now)} when started at once: saved {Figures.Mass(now - then)}");
    }

    // As a shell tells it.
    private static int CodeOf(string? failure) => failure?.Split(' ') switch
    {
        null => ExitCode.Done,
        ["exit", "code", var code] => int.Parse(code, CultureInfo.InvariantCulture),
        ["signal", var signal] => SignalBase + int.Parse(signal, CultureInfo.InvariantCulture),
        _ => ExitCode.Failed,
    };
}

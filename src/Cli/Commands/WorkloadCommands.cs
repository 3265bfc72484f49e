using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>submit</c>, <c>replay</c>, <c>show</c>, <c>list</c>, <c>choose</c>.</summary>
internal static class WorkloadCommands
{
    private const int LongestDays = 3650;

    // An attempt that waits for its provider goes on without the caller.
    private static readonly TimeSpan JudgementLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan JudgementPause = TimeSpan.FromMilliseconds(100);

    public static Command Submit(Checkout checkout, TimeProvider time)
    {
        var name = new Argument<string>("name") { Description = "The name of the workload" };
        var type = new Option<string?>("--type") { Description = "For example TRAINING_RUN" };
        var urgency = new Option<string?>("--urgency") { Description = "low, medium, high or critical; it also limits the delay of the start" };
        urgency.AcceptOnlyFromAmong("low", "medium", "high", "critical");
        var minutes = Options.Positive<int>("--gpu-minutes", "GPU minutes that it needs");
        var cores = Options.Positive<int>("--cpu-cores", "CPU cores that it needs; told to the provider");
        var memory = Options.Positive<double>("--memory-gb", "Memory that it needs, in GB; told to the provider");
        var energy = Options.Positive<double>("--energy-kwh", "Energy of the whole job; assumed from the GPU minutes when it is not given");
        var load = Options.Positive<double>("--load-mw", "MW that it draws while it runs");
        var limits = new ConstraintOptions();
        var pipeline = new Option<string?>("--pipeline") { Description = "The pipeline that it goes through, for example compute_training" };
        var email = new Option<string?>("--email") { Description = "The user that it belongs to" };
        var job = new Option<string?>("--job-id") { Description = "Your own name of the job, unique" };
        var owner = new Option<string?>("--operator") { Description = "The id of the operator that it counts for" };
        var host = new Option<string?>("--host-dc") { Description = "The data centre where it would run at once, by its id or dc_id" };
        var json = Options.Json();
        var command = new Command("submit", "Queue a workload; with constraints, wait until they are judged")
        {
            name, type, urgency, minutes, cores, memory, energy, load, limits.Deadline, limits.CarbonCap, limits.MaxTotal, limits.MaxPrice, limits.Delay,
            pipeline, email, job, owner, host, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var submission = new Submission(
                Guid.NewGuid().ToString(),
                parsed.GetRequiredValue(name),
                parsed.GetValue(type),
                parsed.GetValue(minutes),
                parsed.GetValue(limits.CarbonCap),
                parsed.GetValue(limits.MaxPrice),
                limits.DeadlineOf(parsed, time.GetUtcNow()),
                parsed.GetValue(email),
                parsed.GetValue(pipeline),
                parsed.GetValue(urgency) is { } word ? $"URGENCY_{word.ToUpperInvariant()}" : null,
                parsed.GetValue(job),
                parsed.GetValue(cores),
                parsed.GetValue(memory),
                parsed.GetValue(energy),
                parsed.GetValue(limits.Delay),
                parsed.GetValue(limits.MaxTotal),
                parsed.GetValue(load),
                parsed.GetValue(owner),
                parsed.GetValue(host));
            var workload = await client.SubmitAsync(submission, cancellationToken);
            return await JudgedAsync(client, workload, submission.IsConstrained(), parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    public static Command Replay(Checkout checkout, TimeProvider time)
    {
        var (id, json, limits) = (Options.Id(), Options.Json(), new ConstraintOptions());
        var command = new Command("replay", "Continue a failed workload, with new constraints where they are given")
        {
            id, limits.Deadline, limits.CarbonCap, limits.MaxTotal, limits.MaxPrice, limits.Delay, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var replay = new Replay(
                Guid.NewGuid().ToString(),
                parsed.GetValue(limits.CarbonCap),
                parsed.GetValue(limits.MaxTotal),
                parsed.GetValue(limits.MaxPrice),
                limits.DeadlineOf(parsed, time.GetUtcNow()),
                parsed.GetValue(limits.Delay));
            var workload = await client.ReplayAsync(parsed.GetRequiredValue(id), replay, cancellationToken);
            return await JudgedAsync(client, workload, true, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    public static Command Show(Checkout checkout)
    {
        var (id, json) = (Options.Id(), Options.Json());
        var command = new Command("show", "Show a workload with its recommendations and its phases") { id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            Show(await client.GetAsync(parsed.GetRequiredValue(id), cancellationToken), parsed.GetValue(json));
        });
        return command;
    }

    public static Command List(Checkout checkout)
    {
        var json = Options.Json();
        var size = new Option<int>("--limit", "-n") { Description = "The number of workloads", DefaultValueFactory = _ => 20 };
        var command = new Command("list", "List the workloads, newest first") { size, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var workloads = await client.ListAsync(parsed.GetValue(size), cancellationToken);
            if (parsed.GetValue(json))
                Tables.WriteJson(workloads);
            else
                AnsiConsole.Write(Tables.Workloads(workloads));
        });
        return command;
    }

    public static Command Choose(Checkout checkout)
    {
        var (id, json) = (Options.Id(), Options.Json());
        var option = new Argument<int>("option") { Description = "1, 2 or 3" };
        var command = new Command("choose", "Choose one of the three recommendations") { id, option, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            Show(await client.ChooseAsync(parsed.GetRequiredValue(id), parsed.GetValue(option), cancellationToken), parsed.GetValue(json));
        });
        return command;
    }

    public static void Show(Workload workload, bool json = false)
    {
        if (json)
        {
            Tables.WriteJson(workload);
            return;
        }

        Console.WriteLine($"{workload.Id}  {workload.WorkloadName}  {workload.State}");
        if (workload.Recommendations.Count > 0)
            AnsiConsole.Write(Tables.Recommendations(workload));
        if (workload.Summary.Length > 0)
            Console.WriteLine(workload.Summary);
        if (workload.Infeasibility is { } infeasible)
            Console.WriteLine($"Nothing can be offered: {workload.FailureReason}\n{infeasible.NextStep}");
        else if (workload.FailureReason.Length > 0)
            Console.WriteLine($"Failed attempts: {workload.Attempts}; the last one: {workload.FailureReason}");
        if (workload.Run is { } run)
            Console.WriteLine(run.Line());
        if (workload.Outcome is { } outcome)
            Console.WriteLine(string.Join('\n', OutcomeText.Lines(outcome)));
    }

    /// <summary>Waits until constraints are judged, and shows the workload; 1 when nothing can be offered.</summary>
    private static async Task<int> JudgedAsync(PylonClient client, Workload workload, bool isConstrained, bool json, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (isConstrained && workload.State is "queued" or "processing" && clock.Elapsed < JudgementLimit)
        {
            await Task.Delay(JudgementPause, cancellationToken);
            workload = await client.GetAsync(workload.Id, cancellationToken);
        }

        Show(workload, json);
        return workload.State == "failed" ? 1 : 0;
    }

    internal static DateTimeOffset Moment(string text, DateTimeOffset now)
    {
        if (text.StartsWith('+'))
        {
            var unit = text[^1] switch
            {
                'm' => TimeSpan.FromMinutes(1),
                'h' => TimeSpan.FromHours(1),
                'd' => TimeSpan.FromDays(1),
                _ => TimeSpan.Zero,
            };
            var isSpan = double.TryParse(text[1..].TrimEnd('m', 'h', 'd'), out var amount) && amount * unit.TotalDays is > 0 and <= LongestDays;
            return isSpan ? now + (unit * amount) : throw new ApiException($"Deadline '{text}' must be minutes, hours or days, for example +90m, +6h or +2d, and at most {LongestDays} days.");
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment)
            ? moment
            : throw new ApiException($"Deadline '{text}' must be a time, for example 2026-05-01T12:00:00Z, or +6h from now.");
    }
}

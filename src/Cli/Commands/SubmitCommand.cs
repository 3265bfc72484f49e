using System.CommandLine;
using System.CommandLine.Parsing;
using Google.Protobuf.WellKnownTypes;
using Pylon.Cli.Output;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon submit</c>: queues a workload, and waits for it where that is asked.</summary>
internal static class SubmitCommand
{
    private const string UntilOptions = "options";
    private const string UntilRun = "completed";

    // An attempt that waits for its provider goes on without the caller.
    private static readonly TimeSpan JudgementLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan OptionsLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan RunLimit = TimeSpan.FromHours(1);

    public static Command Create(CommandContext context)
    {
        var name = new Argument<string>("name") { Description = "The name of the workload" };
        var type = new Option<string?>("--type") { Description = "For example TRAINING_RUN" };
        var urgency = Options.OneOf("--urgency", "It also limits the delay of the start", "low", "medium", "high", "critical");
        var minutes = Options.Positive<int>("--gpu-minutes", "GPU minutes that it needs");
        var cores = Options.Positive<int>("--cpu-cores", "CPU cores that it needs; told to the provider");
        var memory = Options.Positive<double>("--memory-gb", "Memory that it needs, in GB; told to the provider");
        var energy = Options.Positive<double>("--energy-kwh", "Energy of the whole job; assumed from the GPU minutes when it is not given");
        var load = Options.Positive<double>("--load-mw", "MW that it draws while it runs");
        var limits = new ConstraintOptions(context.Time);
        var pipeline = new Option<string?>("--pipeline") { Description = "The pipeline that it goes through, for example compute_training" };
        var email = new Option<string?>("--email") { Description = "The user that it belongs to" };
        var job = new Option<string?>("--job-id") { Description = "Your own name of the job, unique" };
        var owner = new Option<string?>("--operator") { Description = "The id of the operator that it counts for" };
        var host = new Option<string?>("--host-dc") { Description = "The data centre where it would run at once, by its id or dc_id" };
        var runs = new Option<string?>("--job") { Description = "The job that workers run for it, by its name in their jobs.json, for example primes" };
        var parameters = new Option<string[]>("--param") { Description = "A parameter of the job: name=value; several times for several", CustomParser = Pairs };
        var parts = Options.Range("--parts", "Parts that each phase of the job is split into, 4 without it", 1, 1000);
        var late = new Option<bool>("--allow-late") { Description = "The job may run after the deadline" };
        var interruptible = new Option<bool>("--interruptible") { Description = "The job may be stopped and resumed: it runs in the cleanest half hours of its window, for --gpu-minutes together" };
        var wait = new Option<string?>("--wait") { Description = "Wait until its options are there (--wait), or until it has run (--wait=completed)", Arity = ArgumentArity.ZeroOrOne };
        wait.AcceptOnlyFromAmong(UntilOptions, UntilRun);
        var timeout = new Option<TimeSpan?>("--timeout") { Description = "With --wait: the longest one: 2m by default, 1h for --wait=completed; then the exit code is 1", CustomParser = Length.ReadOptional };
        var choose = Options.Range("--choose", "With --wait: choose this option, 1 to 3, as soon as it is there", 1, 3);
        var command = new Verb("submit", "Queue a workload; with constraints, wait until they are judged", "submit 'Nightly training' --gpu-minutes 600 --deadline +12h --wait")
        {
            name, type, urgency, minutes, cores, memory, energy, load, pipeline, email, job, owner, host, runs, parameters, parts, late, interruptible, wait, timeout, choose,
        };
        limits.AddTo(command);
        command.Only(result => result.GetResult(wait) is not null, "with --wait", choose, timeout);
        return command.Calls(context, async call =>
        {
            var request = new SubmitWorkloadRequest
            {
                WorkloadName = call.Required(name),
                WorkloadType = call.Value(type) ?? "",
                Urgency = call.Value(urgency) is { } word ? Words.Read<Urgency>(word) : Urgency.Unspecified,
                Deadline = call.Value(limits.Deadline)?.ToTimestamp(),
                Pipeline = call.Value(pipeline) ?? "",
                UserEmail = call.Value(email) ?? "",
                JobId = call.Value(job) ?? "",
                OperatorId = call.Value(owner) ?? "",
                HostDcId = call.Value(host) ?? "",
                Job = call.Value(runs) ?? "",
                AllowLate = call.Value(late),
                Interruptible = call.Value(interruptible),
            };
            foreach (var pair in call.Value(parameters) ?? [])
                request.Parameters[pair[..pair.IndexOf('=', StringComparison.Ordinal)]] = pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..];
            // An optional field that is not given stays absent.
            Give(call.Value(parts), value => request.Parts = value);
            Give(call.Value(minutes), value => request.RequiredGpuMins = value);
            Give(call.Value(cores), value => request.RequiredCpuCores = value);
            Give(call.Value(memory), value => request.RequiredMemoryGb = value);
            Give(call.Value(energy), value => request.EstimatedEnergyKwh = value);
            Give(call.Value(load), value => request.ComputeLoadMw = value);
            Give(call.Value(limits.CarbonCap), value => request.CarbonCapGco2 = value);
            Give(call.Value(limits.MaxTotal), value => request.MaxTotalGco2 = value);
            Give(call.Value(limits.MaxPrice), value => request.MaxPriceGbp = value);
            Give(call.Value(limits.Delay), value => request.DeferralWindowMins = value);
            var isConstrained = limits.AreGiven(call.Parsed) || request.Urgency != Urgency.Unspecified || request.HasComputeLoadMw;
            var waits = call.Parsed.GetResult(wait) is not null;
            var untilRun = call.Value(wait) == UntilRun;

            var workload = (await call.Client.Workloads.SubmitWorkloadAsync(request, cancellationToken: call.CancellationToken)).Workload;
            if (!waits)
                return await JudgedAsync(call, workload, isConstrained, context.Time);
            var limit = call.Value(timeout) ?? (untilRun ? RunLimit : OptionsLimit);
            return await WaitAsync(call, workload, untilRun, call.Value(choose), limit, context.Time);
        });
    }

    /// <summary>Waits until constraints are judged, and shows the workload; 1 when nothing can be offered.</summary>
    public static async Task<int> JudgedAsync(Call call, Workload workload, bool isConstrained, TimeProvider time)
    {
        if (isConstrained)
            (workload, _) = await Flow.WaitAsync(call.Client, workload, one => one.Status is not (WorkloadStatus.Queued or WorkloadStatus.Processing), JudgementLimit, time, call.CancellationToken);
        call.Show(workload, one => WorkloadText.Show(call.Screen, one));
        return Flow.HasFailed(workload) ? ExitCode.Failed : ExitCode.Done;
    }

    private static async Task<int> WaitAsync(Call call, Workload workload, bool untilRun, int? choice, TimeSpan limit, TimeProvider time)
    {
        var begin = time.GetTimestamp();
        var (client, stop) = (call.Client, call.CancellationToken);
        var inTime = true;
        if (choice is not null || !untilRun)
            (workload, inTime) = await Flow.WaitAsync(client, workload, one => Flow.WaitsForChoice(one) || Flow.IsSettled(one), limit, time, stop);
        if (inTime && choice is { } option && Flow.WaitsForChoice(workload))
            workload = (await client.Workloads.ChooseRecommendationAsync(new() { Id = workload.Id, Option = option }, cancellationToken: stop)).Workload;
        if (inTime && untilRun && limit - time.GetElapsedTime(begin) is { Ticks: > 0 } left)
            (workload, inTime) = await Flow.WaitAsync(client, workload, Flow.IsOver, left, time, stop);

        call.Show(workload, one => WorkloadText.Show(call.Screen, one));
        if (!inTime)
            await call.Screen.Errors.WriteLineAsync($"pylon: workload {workload.Id} is still {Words.Of(workload.Status)} after {Figures.Length(limit)}; follow it with ./pylon watch {workload.Id}");
        return inTime && !Flow.HasFailed(workload) && workload.Status != WorkloadStatus.Cancelled ? ExitCode.Done : ExitCode.Failed;
    }

    private static string[] Pairs(ArgumentResult result)
    {
        if (result.Tokens.FirstOrDefault(token => token.Value.IndexOf('=', StringComparison.Ordinal) < 1) is { } wrong)
            result.AddError($"--param: '{wrong.Value}' must be name=value");
        return [.. result.Tokens.Select(token => token.Value)];
    }

    private static void Give<T>(T? value, Action<T> set)
        where T : struct
    {
        if (value is { } given)
            set(given);
    }
}

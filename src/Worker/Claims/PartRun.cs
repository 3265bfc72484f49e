using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Pylon.Conductor.V1;
using Pylon.Conductor.Work;
using Pylon.Worker.Energy;
using Pylon.Worker.Jobs;
using Pylon.Worker.Processes;

namespace Pylon.Worker.Claims;

/// <summary>Runs the job of a part that this worker holds, and tells how it ended.</summary>
internal sealed class PartRun(WorkerSettings settings, IReadOnlyDictionary<string, JobDefinition> jobs, EnergyMeter meter, Reports reports, TimeProvider time, Action<string> log)
{
    private const int MaxReason = 200;
    private const int OutputsKept = 1_000;

    private static readonly TimeSpan CheckpointLimit = TimeSpan.FromMinutes(1);

    /// <param name="held">The part.</param>
    /// <param name="cancellationToken">The worker ends: the job is stopped, and somebody else goes on.</param>
    public async Task RunAsync(Held held, CancellationToken cancellationToken)
    {
        var claim = held.Claim;
        var name = $"{claim.BatchId} {claim.Phase} {claim.Part}";
        var request = new FailWorkRequest { Token = claim.Token, BatchId = claim.BatchId, Phase = claim.Phase, Part = claim.Part, CorrelationId = claim.CorrelationId };
        if (!jobs.TryGetValue(claim.Job, out var job))
        {
            await FailAsync(request, held, $"this worker has no job {claim.Job}", forGood: true);
            return;
        }

        // The last word on the parameters is that of this configuration.
        var (values, fault) = ParameterRules.Check(job.Contract.Parameters, claim.Parameters);
        if (fault is { } wrong)
        {
            await FailAsync(request, held, $"{wrong.Field} {wrong.Rule}", forGood: true);
            return;
        }

        log($"{name}: runs {claim.Job}, attempt {claim.Attempt}");
        JobOutcome outcome;
        try
        {
            var filled = Values(claim, values);
            using var output = new OutputFile(OutputPath(claim), job.OutputMb * 1024L * 1024);
            held.Output = output;
            var start = new ProcessStart(CommandLine.Fill(job.Command, filled), Directory(job, claim), Variables(job, claim), job.MemoryMb);
            var steps = claim.Steps.Select(step => new RunStep(step.StartTime.ToDateTimeOffset(), step.EndTime.ToDateTimeOffset())).ToList();
            var run = new JobRun(start, job.TimeLimit, steps, meter, time)
            {
                Kill = held.Lost,
                Checkpoint = job.Checkpoint is { } checkpoint ? () => CheckpointAsync(start with { Command = CommandLine.Fill(checkpoint, filled) }) : null,
            };
            outcome = await run.RunAsync(output.Write, cancellationToken);
            (request.Output, request.EnergyKwh) = (output.Tail, outcome.Energy.Kwh);
        }
        catch (Exception e) when (e is WorkerException or IOException or UnauthorizedAccessException)
        {
            await FailAsync(request, held, e.Message, forGood: false);
            return;
        }
        catch (OperationCanceledException)
        {
            // It waited for its first step.
            outcome = new JobOutcome("stopped", time.GetUtcNow(), time.GetUtcNow(), new JobEnergyUse(0, IsEstimated: true));
        }

        if (outcome.Failure is null)
            await CompleteAsync(request, outcome, held, name);
        else if (held.Lost.IsCancellationRequested)
            log($"{name}: its lease is lost; the job was stopped");
        else if (cancellationToken.IsCancellationRequested && outcome.Failure == "stopped")
            await HandBackAsync(request, held, name);
        else
            await FailAsync(request, held, outcome.Failure, forGood: false);
    }

    private async Task CompleteAsync(FailWorkRequest part, JobOutcome outcome, Held held, string name)
    {
        var request = new CompleteWorkRequest
        {
            Token = part.Token,
            BatchId = part.BatchId,
            Phase = part.Phase,
            Part = part.Part,
            CorrelationId = part.CorrelationId,
            EnergyKwh = outcome.Energy.Kwh,
            EnergyEstimated = outcome.Energy.IsEstimated,
            StartedAt = outcome.StartedAt.ToTimestamp(),
            EndedAt = (outcome.EndedAt < outcome.StartedAt ? outcome.StartedAt : outcome.EndedAt).ToTimestamp(),
            Output = part.Output,
        };
        if (await reports.CompleteAsync(request, held.Lost))
            log(string.Create(CultureInfo.InvariantCulture, $"{name}: completed in {(outcome.EndedAt - outcome.StartedAt).TotalSeconds:0.0} s with {outcome.Energy.Kwh * 1000:0.000} Wh{(outcome.Energy.IsEstimated ? " (estimated)" : "")}"));
        else
            log($"{name}: its completion was refused, because the lease was lost; token {held.Claim.Token}");
    }

    private async Task HandBackAsync(FailWorkRequest request, Held held, string name)
    {
        (request.HandBack, request.Reason) = (true, "handed back");
        if (await reports.FailAsync(request, held.Lost) is not null)
            log($"{name}: handed back");
    }

    private async Task FailAsync(FailWorkRequest request, Held held, string reason, bool forGood)
    {
        (request.Reason, request.ForGood) = (reason.Length <= MaxReason ? reason : reason[..MaxReason], forGood);
        log($"{request.BatchId} {request.Phase} {request.Part}: failed: {reason}");
        try
        {
            await reports.FailAsync(request, held.Lost);
        }
        catch (OperationCanceledException)
        {
            // The lease is over: somebody else gets the part.
        }
    }

    private async Task CheckpointAsync(ProcessStart start)
    {
        using var limit = new CancellationTokenSource(CheckpointLimit, time);
        string? failure;
        try
        {
            failure = (await new JobRun(start, CheckpointLimit, [], meter, time) { Kill = limit.Token }.RunAsync(_ => { }, limit.Token)).Failure;
        }
        catch (WorkerException e)
        {
            failure = e.Message;
        }

        if (failure is not null)
            log($"checkpoint: {failure}");
    }

    private Dictionary<string, string> Values(Claim claim, IReadOnlyDictionary<string, string> parameters) => new(parameters, StringComparer.Ordinal)
    {
        ["jobs"] = Path.GetDirectoryName(Path.GetFullPath(settings.JobsFile))!,
        ["workload"] = Safe(claim.BatchId),
        ["phase"] = claim.Phase,
        ["part"] = Number(claim.Part),
        ["parts"] = claim.Parts.ToString(CultureInfo.InvariantCulture),
        ["attempt"] = claim.Attempt.ToString(CultureInfo.InvariantCulture),
    };

    // Nothing of the worker's own environment, which may hold keys.
    private static Dictionary<string, string> Variables(JobDefinition job, Claim claim)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = System.Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin",
            ["HOME"] = System.Environment.GetEnvironmentVariable("HOME") ?? "/",
            ["LANG"] = System.Environment.GetEnvironmentVariable("LANG") ?? "C.UTF-8",
        };
        foreach (var (name, value) in job.Environment)
            variables[name] = value;
        variables["PYLON_WORKLOAD_ID"] = claim.BatchId;
        variables["PYLON_PHASE"] = claim.Phase;
        variables["PYLON_PART"] = Number(claim.Part);
        variables["PYLON_PARTS"] = claim.Parts.ToString(CultureInfo.InvariantCulture);
        variables["PYLON_ATTEMPT"] = claim.Attempt.ToString(CultureInfo.InvariantCulture);
        return variables;
    }

    private string Directory(JobDefinition job, Claim claim) =>
        job.WorkingDirectory ?? System.IO.Directory.CreateDirectory(Path.Combine(settings.Directory, "work", Safe(claim.BatchId))).FullName;

    private string OutputPath(Claim claim)
    {
        var directory = System.IO.Directory.CreateDirectory(Path.Combine(settings.Directory, "output"));
        foreach (var old in directory.EnumerateFiles("*.log").OrderByDescending(file => file.LastWriteTimeUtc).Skip(OutputsKept).ToList())
            old.Delete();
        return Path.Combine(directory.FullName, string.Create(CultureInfo.InvariantCulture, $"{Safe(claim.BatchId)}-{Safe(claim.Phase)}-{Number(claim.Part)}-{claim.Token}.log"));
    }

    private static string Number(string part) => part.Split('-')[^1];

    // An id of another caller may be any text.
    private static string Safe(string id) => id.Length <= 100 && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? id : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)));
}

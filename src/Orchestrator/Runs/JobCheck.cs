using System.Text.Json;
using Grpc.Core;
using Pylon.Conductor.V1;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;

namespace Pylon.Orchestrator.Runs;

/// <summary>Checks the job of a submission at the Conductor, which knows the jobs that workers offer.</summary>
internal sealed class JobCheck(WorkService.WorkServiceClient conductor, TimeProvider time)
{
    private const int MaxParameters = 16;
    private const int MaxCharacters = 4_096;

    private static readonly TimeSpan CallBound = TimeSpan.FromSeconds(5);

    /// <summary>The parameters with the defaults, as JSON; null without a job. Refuses a job or parameter that no worker takes.</summary>
    public async Task<string?> CheckAsync(SubmitWorkloadRequest request, CancellationToken cancellationToken)
    {
        if (request.Job.Length == 0)
        {
            var orphan = request.Parameters.Count > 0 ? "parameters" : request.HasParts ? "parts" : request.Interruptible ? "interruptible" : null;
            return orphan is null ? null : throw Refusal.InvalidArgument(orphan, "must not be given without a job").AsException();
        }

        if (request.Interruptible && !request.HasRequiredGpuMins)
            throw Refusal.InvalidArgument("required_gpu_mins", "must be given for an interruptible job: it is how long the job runs").AsException();
        // What is too long goes no further.
        if (request.Parameters.Count > MaxParameters || request.Parameters.Sum(one => (long)one.Key.Length + one.Value.Length) > MaxCharacters)
            throw Refusal.InvalidArgument("parameters", $"must be at most {MaxParameters} with at most {MaxCharacters} characters together").AsException();
        try
        {
            var answer = await conductor.CheckJobAsync(
                new CheckJobRequest { Job = request.Job, Parameters = { request.Parameters } },
                deadline: (time.GetUtcNow() + CallBound).UtcDateTime,
                cancellationToken: cancellationToken);
            return JsonSerializer.Serialize(new SortedDictionary<string, string>(answer.Parameters, StringComparer.Ordinal));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument && e.Violations() is { Count: > 0 } violations)
        {
            throw Refusal.InvalidArgument(violations).AsException();
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw Refusal.Unavailable("CONDUCTOR_UNAVAILABLE", "The job cannot be checked, because the Conductor is unreachable. Try again.").AsException();
        }
    }
}

using Google.Protobuf.Collections;
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

    /// <summary>The parameters with the defaults; null without a job. Refuses a job or parameter that no worker takes.</summary>
    public async Task<MapField<string, string>?> CheckAsync(SubmitWorkloadRequest request, CancellationToken cancellationToken)
    {
        if (request.Job.Length == 0)
        {
            var orphan = request.Parameters.Count > 0 ? "parameters" : request.HasParts ? "parts" : request.Interruptible ? "interruptible" : null;
            return orphan is null ? null : throw Refusal.InvalidArgument(orphan, "must not be given without a job").AsException();
        }

        if (request.Interruptible && !request.HasRequiredGpuMins)
            throw Refusal.InvalidArgument("required_gpu_mins", "must be given for an interruptible job: it is how long the job runs").AsException();
        // What is too long goes no further.
        Bound(request.Parameters, "");
        foreach (var text in request.Parameters.SelectMany(one => new[] { one.Key, one.Value }))
            Field.Text(text, "parameters", 0, MaxCharacters);
        MapField<string, string> parameters;
        try
        {
            var answer = await conductor.CheckJobAsync(
                new CheckJobRequest { Job = request.Job, Parameters = { request.Parameters } },
                deadline: (time.GetUtcNow() + CallBound).UtcDateTime,
                cancellationToken: cancellationToken);
            parameters = answer.Parameters;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.InvalidArgument && e.Violations() is { Count: > 0 } violations)
        {
            throw Refusal.InvalidArgument(violations).AsException();
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            throw Refusal.Unavailable("CONDUCTOR_UNAVAILABLE", "The job cannot be checked, because the Conductor is unreachable. Try again.").AsException();
        }

        Bound(parameters, ", with the defaults of the job");
        return parameters;
    }

    // As are_parameters in the migrations and an order of the Conductor.
    private static void Bound(MapField<string, string> parameters, string which)
    {
        if (parameters.Count > MaxParameters || parameters.Sum(one => (long)one.Key.Length + one.Value.Length) > MaxCharacters)
            throw Refusal.InvalidArgument("parameters", $"must be at most {MaxParameters} with at most {MaxCharacters} characters together{which}").AsException();
    }
}

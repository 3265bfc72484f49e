using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Pylon.Orchestrator.V1;
using Field = Pylon.Rpc.Field;

namespace Pylon.Orchestrator.Planning;

/// <summary>The gRPC service of the planner.</summary>
internal sealed class PlanningService(PlaceReader reader, IOptions<PlanningOptions> options) : V1.PlanningService.PlanningServiceBase
{
    private const int DefaultRunnersUp = 2;
    private const int MostRunnersUp = 63;
    private const double EvenWeight = 0.5;

    public override async Task<PlanWindowResponse> PlanWindow(PlanWindowRequest request, ServerCallContext context)
    {
        var runnersUp = request.HasRunnersUp ? Field.Range(request.RunnersUp, "runners_up", 0, MostRunnersUp) : DefaultRunnersUp;
        var places = await reader.ReadAsync(request.Places, request.Step, request.Risk, context.CancellationToken);
        var job = new JobReader(places, options.Value).Read(request.Job, "job", runnersUp);
        var planned = JobPlanner.Plan(job, places, "job", context.CancellationToken);
        var answers = new PlanAnswers(places, options.Value);
        var response = new PlanWindowResponse { Plan = answers.Of(planned.Best, job), StartTime = places.Start?.ToTimestamp(), Step = places.Step.ToDuration() };
        response.RunnersUp.AddRange(planned.RunnersUp.Select(option => answers.Of(option, job)));
        response.Data.AddRange(PlanSources.Of(places, response.Plan.WindowFirstStep, response.Plan.WindowEndStep));
        response.Curve.AddRange(PlanAnswers.Curve(response.Plan, places.Named(response.Plan.Zone)));
        return response;
    }

    public override Task PlanBatch(IAsyncStreamReader<PlanBatchRequest> requestStream, IServerStreamWriter<PlanBatchResponse> responseStream, ServerCallContext context) =>
        new BatchCall(reader, options.Value, requestStream, responseStream).RunAsync(context.CancellationToken);

    public override async Task<ComparePlansResponse> ComparePlans(ComparePlansRequest request, ServerCallContext context)
    {
        var places = await reader.ReadAsync(request.Places, request.Step, request.Risk, context.CancellationToken);
        var job = new JobReader(places, options.Value).Read(request.Job, "job", 0);
        var response = new ComparePlansResponse { StartTime = places.Start?.ToTimestamp(), Step = places.Step.ToDuration() };
        JobPlanner.Check(job, places);
        var comparison = new Comparison(places, job, options.Value);
        var weight = request.Job.Objective is { HasCarbonWeight: true } objective ? objective.CarbonWeight : EvenWeight;
        response.Rows.AddRange(comparison.Rows(weight, request.OverAllOnly, context.CancellationToken));
        if (request.Pareto)
        {
            var (rows, isIncomplete) = comparison.Pareto(context.CancellationToken);
            response.Rows.AddRange(rows);
            response.ParetoIncomplete = isIncomplete;
        }

        response.Data.AddRange(PlanSources.Of(places, Math.Min(job.Begin, places.Count), job.End(places.Count)));
        return response;
    }
}

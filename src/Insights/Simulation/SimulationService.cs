using Grpc.Core;
using Pylon.Insights.V1;
using Pylon.Rpc;

namespace Pylon.Insights.Simulation;

/// <summary>The gRPC service of scenarios.</summary>
internal sealed class SimulationService(Simulator simulator) : V1.SimulationService.SimulationServiceBase
{
    private const int MaxScenarios = 1000;

    public override async Task<SimulateResponse> Simulate(SimulateRequest request, ServerCallContext context)
    {
        var scenario = ScenarioReader.Read(request, out var names, out var refusal) ?? throw refusal!.AsException();
        var outcome = await simulator.SimulateAsync(scenario, context.CancellationToken);
        return outcome.IsResult ? outcome.Result.ToProto(request, names) : throw outcome.Refusal.AsException();
    }

    public override async Task<SimulateBatchResponse> SimulateBatch(SimulateBatchRequest request, ServerCallContext context)
    {
        var response = new SimulateBatchResponse();
        response.Results.AddRange((await RunAsync(request.Scenarios, context.CancellationToken)).Select(each => each.Response));
        return response;
    }

    public override async Task<CompareScenariosResponse> CompareScenarios(CompareScenariosRequest request, ServerCallContext context)
    {
        var results = await RunAsync(request.Scenarios, context.CancellationToken);
        var best = Pareto.Find([.. results.Select((each, at) => each.Result is { } result
            ? (result.Modified.Co2Kg, request.Scenarios[at].HasCostGbp ? (decimal)request.Scenarios[at].CostGbp : 0, result.HoursLate)
            : ((decimal, decimal, decimal)?)null)]);
        var response = new CompareScenariosResponse();
        response.Scenarios.AddRange(results.Select((each, at) => new ComparedScenario { Result = each.Response, Pareto = best[at] }));
        return response;
    }

    // One for each scenario, in their order.
    private async Task<List<(SimulationResult? Result, SimulateResponse Response)>> RunAsync(IReadOnlyList<SimulateRequest> requests, CancellationToken cancellationToken)
    {
        if (requests.Count > MaxScenarios)
            throw Refusal.InvalidArgument("scenarios", $"must be at most {MaxScenarios}").AsException();
        var read = requests.Select(request => (Scenario: ScenarioReader.Read(request, out var names, out var refusal), Names: names, Refusal: refusal)).ToList();
        var outcomes = await simulator.SimulateAsync([.. read.Select(each => each.Scenario).OfType<Scenario>()], cancellationToken);
        var (results, next) = (new List<(SimulationResult?, SimulateResponse)>(), 0);
        for (var at = 0; at < requests.Count; at++)
        {
            SimulationOutcome outcome = read[at].Scenario is null ? read[at].Refusal! : outcomes[next++];
            results.Add(outcome.IsResult
                ? (outcome.Result, outcome.Result.ToProto(requests[at], read[at].Names))
                : (null, outcome.Refusal.ToProto(requests[at].ScenarioType)));
        }

        return results;
    }
}

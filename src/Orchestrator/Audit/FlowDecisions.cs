using System.Text.Json.Nodes;
using Npgsql;
using Pylon.Common.V1;
using Pylon.Orchestrator.V1;
using Pylon.Orchestrator.Workloads;
using Pylon.Postgres;

namespace Pylon.Orchestrator.Audit;

/// <summary>Logs what the flow of a workload decides, in the transaction of the change.</summary>
internal sealed class FlowDecisions(TimeProvider time) : IWorkloadHandler
{
    public IEnumerable<StatementRow> Offered(WorkloadRecord workload, IReadOnlyList<Option> options)
    {
        var first = options[0].Recommendation;
        var decision = new NewDecision(
            DecisionType.CarbonOptimization,
            workload.Id,
            $"Three grid zones are recommended, the best score first. {Place(first)} ranks first with {first.Score:0.##} "
                + $"(renewable mix in per cent minus a tenth of the carbon intensity){(first.OrderId.Length > 0 ? $" and is booked under order {first.OrderId}" : "")}.")
        {
            Constraints = Constraints(workload),
            Alternatives = [.. options.Select(o => (JsonNode)Alternative(o.Recommendation))],
        };
        return [decision.Row()];
    }

    public IEnumerable<NpgsqlBatchCommand> Scheduled(WorkloadRecord workload, Recommendation chosen)
    {
        var accepted = new NewDecision(
            DecisionType.AcceptWorkload, workload.Id, $"The user chose option {chosen.Rank}, {Place(chosen)}; the workload is scheduled there.")
        {
            Constraints = Constraints(workload),
            Alternatives = [Alternative(chosen)],
            OnlyInStatus = Status.Scheduled,
        };
        yield return accepted.Append();
        if (chosen.Window is not { StartTime: { } start } || start.ToDateTimeOffset() - time.GetUtcNow() is not { Ticks: > 0 } delay)
            yield break;
        var deferred = accepted with
        {
            Type = DecisionType.DeferWorkload,
            Reasoning = $"The chosen window begins at {start.ToDateTime():yyyy-MM-dd HH:mm} UTC, so the work waits {delay.TotalMinutes:0} minutes.",
            // A node of JSON belongs to one decision.
            Constraints = Constraints(workload),
            Alternatives = [Alternative(chosen)],
        };
        yield return deferred.Append();
    }

    public IEnumerable<NpgsqlBatchCommand> Failed(WorkloadRecord workload, string reason)
    {
        var rejected = new NewDecision(
            DecisionType.RejectWorkload, workload.Id, $"The workload is given up after attempt {workload.Attempts + 1}: {reason}")
        {
            Constraints = Constraints(workload),
        };
        return [rejected.Append()];
    }

    private static JsonObject Constraints(WorkloadRecord workload) => new()
    {
        ["urgency"] = workload.Urgency,
        ["carbon_cap_gco2"] = workload.CarbonCapGco2,
        ["max_price_gbp"] = workload.MaxPriceGbp,
        ["deadline"] = workload.Deadline is { } deadline ? deadline.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'") : null,
    };

    private static JsonObject Alternative(Recommendation one) => new()
    {
        ["rank"] = one.Rank,
        ["grid_zone_id"] = one.GridZoneId,
        ["place"] = Place(one),
        ["score"] = one.Score,
        ["renewable_mix_percent"] = one.RenewableMixPercent,
        ["carbon_intensity_gco2_kwh"] = one.HasCarbonIntensityGco2Kwh ? one.CarbonIntensityGco2Kwh : null,
        ["source"] = one.Source.ToString().ToUpperInvariant(),
        ["synthetic"] = one.Synthetic,
        ["order_id"] = one.OrderId.Length > 0 ? one.OrderId : null,
    };

    private static string Place(Recommendation one)
    {
        var name = one.ZoneName.Length > 0 ? one.ZoneName : one.Locality.Length > 0 ? one.Locality : one.GridZoneId;
        return one.GridZoneCode.Length > 0 ? $"{name} ({one.GridZoneCode})" : name;
    }
}

using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.V1;
using Pylon.Web.Frame;
using Pylon.Web.Regions;
using Pylon.Web.Words;

namespace Pylon.Web.Planning;

/// <summary>The question to the planner, as the address has it; what is missing has its default.</summary>
internal sealed class PlanForm(Given given)
{
    private const double MostHours = 168;

    public double Hours => given.Number("hours") ?? 4;

    /// <summary>By when the work has to be done, in hours from now.</summary>
    public double Within => given.Number("within") ?? 24;

    public double PowerKw => given.Number("power") ?? 100;

    public bool Interruptible => given["interruptible"].Length > 0;

    public string Goal => given["goal"] is { Length: > 0 } goal ? goal : "carbon";

    /// <summary>Of the goal both, 0 to 1.</summary>
    public double Weight => given.Number("weight") ?? 0.5;

    public bool IsAsked => given.Has("hours");

    public IReadOnlyList<int> Regions => [.. given.All("region").Select(text => int.TryParse(text, out var id) ? id : 0).Where(id => Tile.NameOf(id) is not null).Distinct()];

    public double EnergyKwh => Hours * PowerKw;

    private bool NeedsPrices => Goal is "price" or "both";

    public PlanWindowRequest Window() => new() { Places = { Places() }, Job = Job(), RunnersUp = 5 };

    public ComparePlansRequest Comparison() => new() { Places = { Places() }, Job = Job(), OverAllOnly = true };

    /// <summary>The same with prices, and with every plan between the lowest price and the least carbon.</summary>
    public ComparePlansRequest TradeOff() => new() { Places = { Places(prices: true) }, Job = Job(), OverAllOnly = true, Pareto = true };

    private IEnumerable<PlanPlace> Places(bool prices = false)
    {
        var regions = Regions.Count > 0 ? Regions : [.. Tile.Map.Select(tile => tile.RegionId)];
        var hours = (int)Math.Min(Math.Ceiling(Within) + 1, MostHours);
        return regions.Select(id => new PlanPlace
        {
            Zone = Tile.NameOf(id)!,
            RegionId = id,
            Carbon = new PlanSeries { Forecast = new PlanForecast { Hours = hours } },
            Price = prices || NeedsPrices ? new PlanSeries { Forecast = new PlanForecast { Hours = hours } } : null,
        });
    }

    private PlanJob Job()
    {
        if (Hours is not (> 0 and <= MostHours))
            throw Refusal.Of("hours", $"must be above 0 and at most {MostHours}");
        if (!(Within >= Hours && Within <= MostHours))
            throw Refusal.Of("within", $"must be from the {Hours:0.##} h of the work to {MostHours} h");
        var job = new PlanJob
        {
            Duration = Duration(Hours),
            Slack = Duration(Within - Hours),
            Interruptible = Interruptible,
            PowerKw = { PowerKw },
            Objective = new PlanObjective
            {
                Kind = Goal switch
                {
                    "price" => PlanObjectiveKind.Price,
                    "both" => PlanObjectiveKind.Weighted,
                    _ => PlanObjectiveKind.Carbon,
                },
            },
        };
        if (Goal == "both")
            job.Objective.CarbonWeight = Weight;
        return job;
    }

    // The planner refuses what is not in whole steps, and says so.
    private static Duration Duration(double hours) => Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(TimeSpan.FromMinutes(Math.Round(hours * 60)));
}

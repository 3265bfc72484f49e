using System.Globalization;
using System.Numerics;
using Pylon.Forecasting.Planning.Capacity;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;
using Pylon.Orchestrator.V1;
using Pylon.Rpc;
using LibraryObjective = Pylon.Forecasting.Planning.Requests.PlanObjective;
using Series = Pylon.Forecasting.Planning.Series.PlanSeries;

namespace Pylon.Orchestrator.Planning;

/// <summary>Jobs that share the steps of one place, planned together when the last one is known.</summary>
internal sealed class CapacityBatch(Places places, PlanningOptions options, int capacity, CancellationToken cancellationToken) : IBatchPlanner
{
    private const string Alone = "must be absent in a batch with a capacity";
    private readonly JobReader _reader = new(places, options);
    private readonly PlanAnswers _answers = new(places, options);
    private readonly List<(Job? Job, PlanBatchResult Result)> _jobs = [];
    private double _bound;
    private double _gap;

    public IEnumerable<PlanBatchResult> Add(IReadOnlyList<PlanJob> jobs, int firstIndex)
    {
        if (_jobs.Count + jobs.Count > CapacityPlanner.MaxJobs)
            throw Refusal.InvalidArgument("jobs", $"must be at most {CapacityPlanner.MaxJobs} in a batch with a capacity").AsException();
        for (var n = 0; n < jobs.Count; n++)
            _jobs.Add(Read(jobs[n], firstIndex + n));
        return [];
    }

    public IEnumerable<PlanBatchResult> Finish()
    {
        var readable = _jobs.Where(one => one.Job is not null).ToList();
        if (readable.Count > 0)
            Plan([.. readable.Select(one => one.Job!)], [.. readable.Select(one => one.Result)]);
        return _jobs.Select(one => one.Result);
    }

    public PlanBatchTotals Complete(BatchTotals totals)
    {
        var sum = totals.Sum();
        (sum.LowerBound, sum.GapPercent) = (_bound, _gap);
        return sum;
    }

    private (Job? Job, PlanBatchResult Result) Read(PlanJob given, int index)
    {
        var (result, field) = (new PlanBatchResult { Index = index, JobId = given.JobId }, $"jobs[{index}]");
        try
        {
            var job = _reader.Read(given, field, 0);
            CheckAlike(job, field);
            JobPlanner.Check(job, places);
            if (job.End(places.Count) - job.Begin < job.Request.Duration)
                throw Refusals.TooShort(Math.Max(0, job.End(places.Count) - job.Begin), job.Request.Duration, "The candidate window has fewer steps than the job needs.").AsException();
            return (job, result);
        }
        catch (RefusalException e)
        {
            result.Error = PlanAnswers.Error(e.Refusal);
            return (null, result);
        }
    }

    // What the plan of many jobs cannot keep to is refused rather than left out.
    private void CheckAlike(Job job, string field)
    {
        var request = job.Request;
        var limits = request.Limits;
        var (wrong, rule) = request switch
        {
            { Power.IsFlat: false } => ("power_kw", "must be one value in a batch with a capacity"),
            { MinPiece: > 1 } => ("min_piece_steps", Alone),
            { MaxRestarts: not null } => ("max_restarts", Alone),
            { RestartJoules: > 0 } => ("restart_energy_kwh", Alone),
            { Objective: LibraryObjective.Weighted } => ("objective.kind", "must not be PLAN_OBJECTIVE_KIND_WEIGHTED in a batch with a capacity"),
            _ when limits.Blackouts.Count > 0 => ("limits.blackouts", Alone),
            _ when limits.MinSaving is not null => ("limits.min_saving_percent", Alone),
            _ when limits.MaxMeanCarbon is not null => ("limits.max_mean_gco2_kwh", Alone),
            _ when limits.CarbonCap is not null => ("limits.carbon_cap_gco2_kwh", Alone),
            _ when limits.MaxTotalCarbon is not null => ("limits.max_total_gco2", Alone),
            _ when limits.MaxPrice is not null => ("limits.max_price_gbp", Alone),
            _ when limits.AllowedZones is not null => ("limits.allowed_zones", Alone),
            _ when limits.BlockedZones.Count > 0 => ("limits.blocked_zones", Alone),
            _ => ("", ""),
        };
        if (wrong.Length > 0)
            throw Refusal.InvalidArgument($"{field}.{wrong}", rule).AsException();
        if (_jobs.Select(one => one.Job).OfType<Job>().FirstOrDefault() is not { } first)
            return;
        if (first.Request.Shape != request.Shape)
            throw Refusal.InvalidArgument($"{field}.interruptible", "must be the same for all jobs of a batch with a capacity").AsException();
        if (first.Request.Objective != request.Objective)
            throw Refusal.InvalidArgument($"{field}.objective", "must be the same for all jobs of a batch with a capacity").AsException();
    }

    private void Plan(IReadOnlyList<Job> jobs, IReadOnlyList<PlanBatchResult> results)
    {
        var objective = jobs[0].Request.Objective;
        var (series, costOfUnit) = Costs(objective);
        var unit = JoulesOfWeight(jobs);
        var asked = jobs.Select(job => new CapacityJob(WindowOf(job), Math.Max(1, (long)Math.Round(Joules(job) / unit)))).ToList();
        var result = jobs[0].Request.Shape == PlanShape.Interruptible
            ? CapacityPlanner.PlanInterruptible(series, asked, capacity, cancellationToken)
            : CapacityPlanner.PlanConsecutive(series, asked, capacity, cancellationToken);
        switch (result)
        {
            case CapacityResult.Planned planned:
                for (var n = 0; n < jobs.Count; n++)
                    results[n].Plan = _answers.Of(OptionOf(jobs[n], planned.Steps[n]), jobs[n]);
                var costOfWeight = unit * places.All[0].Zone.PueThousandths / 1000 / PowerProfile.JoulesPerKwh * costOfUnit;
                (_bound, _gap) = ((double)planned.LowerBound * costOfWeight, planned.LowerBound == 0 ? 0 : -Saving.Percent(planned.LowerBound, planned.Cost));
                break;
            case CapacityResult.Infeasible infeasible:
                throw TooSmall(infeasible, jobs[infeasible.Job]).AsException();
            case CapacityResult.Refused refused:
                throw Refusal.InvalidArgument(refused.Refusal.Field, refused.Refusal.Rule).AsException();
        }
    }

    private Refusal TooSmall(CapacityResult.Infeasible found, Job job) =>
        Refusal.FailedPrecondition(PlanResult.Infeasible.Reason, $"Not all jobs fit with a capacity of {capacity}; in the way: capacity. Enough would be: capacity {found.SufficientCapacity}.") with
        {
            Metadata = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["binding"] = "capacity",
                ["relax_capacity"] = found.SufficientCapacity.ToString(CultureInfo.InvariantCulture),
                ["nearest"] = $"capacity {found.SufficientCapacity}",
                ["proven"] = found.IsProven ? "true" : "false",
                ["job_id"] = job.Id,
            },
        };

    /// <summary>The cost of a kWh in each step as whole numbers, and what 1 of them is in the unit of the objective.</summary>
    private (Series Series, double CostOfUnit) Costs(LibraryObjective objective)
    {
        var (carbon, price) = (places.All[0].Carbon.Series, places.All[0].Price?.Series);
        if (objective is not LibraryObjective.Money money)
            return objective is LibraryObjective.Price ? (price!, 1.0 / SeriesScale.Price / 1000) : (carbon, 1.0 / SeriesScale.Carbon);
        // GBP × 10^10: price is in 10^-8 GBP/kWh, carbon in 10^-2 g/kWh, its price in pence a tonne.
        var values = new long[places.Count];
        for (var step = 0; step < values.Length; step++)
            values[step] = checked((price!.Values[step] * 100) + (carbon.Values[step] * money.CarbonPricePence));
        return Series.TryCreate(carbon.Start, carbon.Step, values, out var series, out var refusal)
            ? (series, 1e-10)
            : throw Refusal.InvalidArgument("places[0]", $"has values too large for a price of carbon: {refusal.Rule}").AsException();
    }

    private WindowQuery WindowOf(Job job) => new(job.Begin, job.Request.Duration, job.End(places.Count) - job.Begin - job.Request.Duration);

    // Whole numbers without a common factor: ties stay ties, and the largest weight is as small as it can be. Where that is too large,
    // weights are rounded to a billionth of it.
    private static double JoulesOfWeight(IReadOnlyList<Job> jobs)
    {
        var common = (double)jobs.Select(job => (BigInteger)Joules(job)).Aggregate(BigInteger.GreatestCommonDivisor);
        return Math.Max(common, (double)jobs.Max(Joules) / CapacityPlanner.MaxWeight);
    }

    private static long Joules(Job job) => job.Request.Power.Pieces[0].JoulesPerStep;

    private PlanOption OptionOf(Job job, int[] steps)
    {
        var place = places.All[0];
        var kwh = job.Request.Power.Pieces[0].JoulesPerStep * (place.Zone.PueThousandths / 1000.0) / PowerProfile.JoulesPerKwh;
        var runs = StepRange.Of(steps);
        var now = new[] { new StepRange(job.Begin, job.Begin + job.Request.Duration) };
        var (carbon, nowCarbon) = (Grams(runs), Grams(now));
        double? price = place.Price is null ? null : Pounds(runs);
        var (cost, nowCost) = job.Request.Objective switch
        {
            LibraryObjective.Carbon => (carbon, nowCarbon),
            LibraryObjective.Price => (price!.Value, Pounds(now)),
            LibraryObjective.Money money => (price!.Value + Tonnes(carbon, money), Pounds(now) + Tonnes(nowCarbon, money)),
            _ => throw new InvalidOperationException("A weighted objective was refused before."),
        };
        return new PlanOption
        {
            ZoneId = place.Name,
            Runs = runs,
            ExactCost = 0,
            Cost = cost,
            NowCost = nowCost,
            SavingPercent = nowCost == 0 ? 0 : 100 * (nowCost - cost) / Math.Abs(nowCost),
            EnergyKwh = kwh * job.Request.Duration,
            CarbonGrams = carbon,
            NowCarbonGrams = nowCarbon,
            MeanCarbon = carbon / (kwh * job.Request.Duration),
            PriceGbp = price,
            IsNow = runs.Count == 1 && runs[0].From == job.Begin,
            GapPercent = 0,
        };

        double Grams(IEnumerable<StepRange> of) => of.Sum(run => place.Carbon.Series.Sum(run.From, run.To)) * kwh / SeriesScale.Carbon;

        double Pounds(IEnumerable<StepRange> of) => of.Sum(run => place.Price!.Series.Sum(run.From, run.To)) * kwh / SeriesScale.Price / 1000;

        static double Tonnes(double grams, LibraryObjective.Money money) => grams / 1_000_000 * money.CarbonPricePence / 100;
    }
}

using Pylon.Orchestrator.Contexts;
using Pylon.Orchestrator.Scoring;

namespace Pylon.Orchestrator.Decisions;

/// <summary>Makes the output of a context with the scorer alone. Pure: equal inputs give equal bytes.</summary>
internal static class OutputBuilder
{
    public const string Engine = "deterministic-v1";

    public static LlmOutput Build(ContextDocument context, DateTime generatedAt)
    {
        var weights = ScoreWeights.Of(context.Task.Urgency);
        var options = Ranked([.. context.DataCentres.Select(c => Option(context, c, weights, generatedAt))]);
        return new LlmOutput
        {
            DataCentreOptions = options,
            Task = TaskOf(context.Task),
            Metadata = new LlmMetadata
            {
                TaskId = context.Task.JobId,
                ContextId = context.Id,
                GeneratedAt = generatedAt,
                DcCount = options.Count,
                Model = Engine,
                Engine = Engine,
                Weights = weights.Urgency,
                Message = options.Count == 0 ? "There is no data centre, so there is no option."
                    : options.All(o => !o.ComputeProfile.AvailableForTask) ? "No data centre keeps all limits of the workload."
                    : null,
            },
        };
    }

    /// <summary>The same options in the same order with their ranks: available first, then the score, the carbon intensity and the dc_id.</summary>
    public static IReadOnlyList<DataCentreOption> Ranked(IReadOnlyList<DataCentreOption> options)
    {
        var ranks = options
            .OrderByDescending(o => o.ComputeProfile.AvailableForTask)
            .ThenByDescending(o => o.SuitabilityScore)
            .ThenBy(o => o.EnergyProfile.CurrentCarbonIntensityGco2 ?? double.MaxValue)
            .ThenBy(o => o.DcId, StringComparer.Ordinal)
            .Select((option, index) => (option.DcId, Rank: index + 1))
            .ToDictionary(r => r.DcId, r => r.Rank, StringComparer.Ordinal);
        return [.. options.Select(o => o with { Rank = ranks[o.DcId] })];
    }

    private static DataCentreOption Option(ContextDocument context, ContextDataCentre centre, ScoreWeights weights, DateTime now)
    {
        var summary = context.Summary;
        var region = context.RegionalSignals.FirstOrDefault(r => r.RegionId == centre.RegionInfo?.RegionId);
        var score = DataCentreScore.Of(
            new ScoreInputs(
                centre.CurrentCarbonIntensity,
                summary.CurrentPriceGbpMwh,
                summary.CurrentGridStress,
                centre.Pue,
                centre.CurrentLoadPercentage,
                centre.FlexibilityRating),
            weights);
        var (broken, open) = TaskConstraints.Check(context.Task, centre, summary.CurrentPriceGbpMwh, now);
        return new DataCentreOption
        {
            DcId = centre.DcId,
            Name = centre.Name,
            LocationRegion = centre.LocationRegion,
            EnergyProfile = new EnergyProfile(
                centre.CurrentCarbonIntensity, region?.CarbonIndex, summary.CurrentGridStress, summary.CurrentPriceGbpMwh,
                Mix(region is { GenerationMix.Count: > 0 } ? region.GenerationMix : context.GenerationMix)),
            ComputeProfile = new ComputeProfile(
                centre.Pue, centre.TotalCapacityTeraflops, centre.CurrentLoadPercentage, centre.FlexibilityRating, broken.Count == 0),
            SuitabilityScore = score.PointsWhen(broken.Count > 0),
            Rank = 0,
            Missing = score.Missing,
            BrokenConstraints = broken,
            UncheckedConstraints = open,
        };
    }

    private static MixProfile? Mix(IReadOnlyList<FuelPercentage> shares)
    {
        if (shares.Count == 0)
            return null;
        var (wind, solar, gas, nuclear) = (Of("wind"), Of("solar"), Of("gas"), Of("nuclear"));
        return new MixProfile(wind, solar, gas, nuclear, Math.Round(shares.Sum(s => s.Percentage) - wind - solar - gas - nuclear, 2));

        double Of(string fuel) => shares.Where(s => s.FuelType == fuel).Sum(s => s.Percentage);
    }

    private static LlmTask TaskOf(ContextTask task) => new(
        task.JobId, task.WorkloadType, task.Urgency, task.RequiredGpuMins, task.RequiredCpuCores, task.RequiredMemoryGb, task.EstimatedEnergyKwh,
        task.CarbonCapGco2, task.MaxPriceGbp, task.Deadline, task.DeferralWindowMins, task.CreatedAt);
}

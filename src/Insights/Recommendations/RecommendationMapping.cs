using Google.Protobuf.WellKnownTypes;
using Pylon.Insights.Advice;
using Pylon.Insights.Playbook;
using Pylon.Insights.V1;

namespace Pylon.Insights.Recommendations;

/// <summary>Recommendations and measures on the wire.</summary>
internal static class RecommendationMapping
{
    public static V1.Recommendation ToProto(Recommendation row)
    {
        var proto = new V1.Recommendation
        {
            Id = row.Id.ToString(),
            HotspotId = row.HotspotId.ToString(),
            SupplierId = row.SupplierId,
            Title = row.Title,
            Description = row.Description,
            Co2Reduction = row.Co2Reduction,
            CostImpact = row.CostImpact,
            Feasibility = row.Feasibility,
            Confidence = row.Confidence,
            RootCause = row.RootCause,
            Status = row.Status,
            CreatedAt = row.CreatedAt.ToTimestamp(),
            UpdatedAt = row.UpdatedAt.ToTimestamp(),
            EntityType = row.EntityType,
            Kind = row.Kind,
            Cause = row.Cause,
            Rank = row.Rank,
            PlaybookId = row.PlaybookId ?? "",
            Lever = row.Lever ?? "",
            Engine = row.Engine,
            EngineReason = row.EngineReason,
            ReductionStatus = row.ReductionStatus,
            ReductionHours = row.ReductionHours,
            ExpiresAt = row.ExpiresAt.ToTimestamp(),
            DecidedBy = row.DecidedBy,
            DecidedAt = row.DecidedAt?.ToTimestamp(),
            Note = row.Note,
            ImplementedBy = row.ImplementedBy,
            ImplementedAt = row.ImplementedAt?.ToTimestamp(),
            Outcome = OutcomeOf(row),
        };
        if (row.SimulatedKg is { } kg)
            proto.SimulatedKg = kg;
        if (row.LowKg is { } low)
            proto.LowKg = low;
        if (row.HighKg is { } high)
            proto.HighKg = high;
        return proto;
    }

    public static V1.Measure ToProto(Playbook.Measure measure) => new()
    {
        Id = measure.Id,
        Title = measure.Title,
        Text = measure.Text,
        Kinds = { measure.Kinds },
        Causes = { measure.Causes },
        Lever = measure.Lever.Key,
        Parameters = new Struct { Fields = { measure.Lever.Parameters.ToDictionary(p => p.Key, p => Value.Parser.ParseJson(p.Value.GetRawText()), StringComparer.Ordinal) } },
        Preconditions = { measure.Preconditions.Select(p => p.ToString()) },
        Contraindications = { measure.Contraindications.Select(c => c.Text) },
        SavingLow = measure.Saving.Low,
        SavingHigh = measure.Saving.High,
        SavingSource = measure.Saving.Source,
        Cost = measure.Cost,
        Feasibility = measure.Feasibility,
    };

    public static SuggestedMeasure ToProto(RankedMeasure ranked) => new()
    {
        Measure = ToProto(ranked.Measure),
        Rank = ranked.Rank,
        SavedKg = ranked.SavedKg,
        LowKg = ranked.LowKg,
        HighKg = ranked.HighKg,
        Basis = ranked.Saving.Basis,
        BasisReason = ranked.Saving.TypicalReason ?? "",
        Confidence = ranked.Confidence,
        Score = ranked.Score,
    };

    /// <summary>Numbers and words; null when a value is neither.</summary>
    public static Facts? FactsOf(Struct? features)
    {
        var facts = new Facts();
        foreach (var (name, value) in features?.Fields ?? [])
        {
            switch (value.KindCase)
            {
                case Value.KindOneofCase.NumberValue:
                    facts.With(name, value.NumberValue);
                    break;
                case Value.KindOneofCase.StringValue:
                    facts.With(name, value.StringValue);
                    break;
                case Value.KindOneofCase.NullValue:
                    break;
                default:
                    return null;
            }
        }

        return facts;
    }

    private static MeasuredOutcome? OutcomeOf(Recommendation row)
    {
        if (row.MeasuredAt is not { } at)
            return null;
        var outcome = new MeasuredOutcome
        {
            MeasuredAt = at.ToTimestamp(),
            DaysBefore = row.MeasuredDaysBefore ?? 0,
            DaysAfter = row.MeasuredDaysAfter ?? 0,
            Basis = row.MeasuredBasis ?? "",
            Reason = row.MeasuredReason ?? "",
        };
        if (row.MeasuredKg is { } kg)
            outcome.MeasuredKg = kg;
        if (row.MeasuredEffect is { } effect)
            outcome.Effect = effect;
        if (row.MeasuredT is { } t)
            outcome.T = t;
        if (row.MeasuredDf is { } degrees)
            outcome.DegreesOfFreedom = degrees;
        return outcome;
    }
}

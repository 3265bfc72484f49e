using Pylon.Insights.Recommendations;

namespace Pylon.Insights.Outcomes;

/// <summary>Measures what came of one recommendation.</summary>
internal sealed class OutcomeMeter(OutcomeStore store, TimeProvider time)
{
    /// <summary>The 28 days before the approval against those after the implementation.</summary>
    public async Task<Measurement> MeasureAsync(Recommendation recommendation, CancellationToken cancellationToken)
    {
        var approved = FullHour(recommendation.DecidedAt!.Value);
        var implemented = FullHour(recommendation.ImplementedAt!.Value);
        var end = implemented.AddDays(Outcome.Days);
        var isOver = end <= time.GetUtcNow();
        var basis = OutcomeBasis.Of(recommendation.Lever, recommendation.FrozenActivityPerOutput is not null);
        var isProfile = basis == OutcomeBasis.Profile;
        var before = await store.DaysAsync(recommendation, approved.AddDays(-Outcome.Days), approved, isProfile, cancellationToken);
        var after = await store.DaysAsync(recommendation, implemented, end, isProfile, cancellationToken);
        return Measurement.Of(basis, recommendation.FrozenFactor, recommendation.FrozenActivityPerOutput, before, after, isOver);
    }

    /// <summary>The same, and stores it when it is known.</summary>
    public async Task<bool> FinishAsync(Recommendation recommendation, CancellationToken cancellationToken)
    {
        var measurement = await MeasureAsync(recommendation, cancellationToken);
        return measurement.Outcome.Status is not null && await store.FinishAsync(recommendation, measurement, time.GetUtcNow(), cancellationToken);
    }

    private static DateTimeOffset FullHour(DateTime time) => new(time.Ticks - (time.Ticks % TimeSpan.TicksPerHour), TimeSpan.Zero);
}

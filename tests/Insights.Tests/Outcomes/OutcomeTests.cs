using Pylon.Insights.Outcomes;

namespace Pylon.Insights.Tests.Outcomes;

public sealed class OutcomeTests
{
    [Theory]
    [InlineData(0.85, "5.61", "verified", 0.15)]
    [InlineData(0.97, "1.12", "no_effect", 0.03)]
    [InlineData(1.08, "-2.99", "worse", -0.08)]
    public void The_outcome_is_what_Welch_says(double meanAfter, string t, string status, double effect)
    {
        var outcome = Outcome.Of(new Sample(28, 1.00, 0.01), new Sample(28, meanAfter, 0.01), isOver: true);

        Assert.Equal(t, outcome.Test!.Value.T.ToString("0.00", null));
        Assert.Equal(status, outcome.Status);
        Assert.Equal(effect, outcome.Effect!.Value, 12);
        Assert.Equal(54, outcome.Test.Value.DegreesOfFreedom, 9);
    }

    [Fact]
    public void With_less_than_fourteen_days_after_it_is_not_yet_known()
    {
        var outcome = Outcome.Of(new Sample(28, 1, 0.01), new Sample(13, 0.5, 0.01), isOver: false);

        Assert.Null(outcome.Status);
        Assert.StartsWith("not yet: 13 of the 28 days after", outcome.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(13, 28, "13 of the 28 days before")]
    [InlineData(28, 13, "13 of the 28 days after")]
    [InlineData(0, 0, "0 of the 28 days before")]
    public void With_too_few_days_for_ever_it_is_not_measurable(int before, int after, string reason)
    {
        var outcome = Outcome.Of(new Sample(before, 1, 0.01), new Sample(after, 0.5, 0.01), isOver: true);

        Assert.Equal("not_measurable", outcome.Status);
        Assert.StartsWith(reason, outcome.Reason, StringComparison.Ordinal);
        Assert.Null(outcome.Effect);
    }

    [Fact]
    public void Without_any_scatter_equal_means_are_no_effect_and_others_are_one()
    {
        Assert.Equal("no_effect", Outcome.Of(new Sample(28, 1, 0), new Sample(28, 1, 0), isOver: true).Status);
        Assert.Equal("verified", Outcome.Of(new Sample(28, 1, 0), new Sample(28, 0.9, 0), isOver: true).Status);
        Assert.Equal("worse", Outcome.Of(new Sample(28, 1, 0), new Sample(28, 1.1, 0), isOver: true).Status);
    }

    [Theory]
    [InlineData(10, 2.2281)]
    [InlineData(13, 2.1604)]
    [InlineData(30, 2.0423)]
    [InlineData(54, 2.0049)]
    [InlineData(1000, 1.9623)]
    public void The_critical_value_is_that_of_the_tables(double degrees, double expected) => Assert.Equal(expected, Welch.Critical(degrees), 3);

    [Fact]
    public void A_sample_has_the_mean_and_the_variance_of_its_values()
    {
        var sample = Sample.Of([1, 2, 3, 4]);

        Assert.Equal(2.5, sample.Mean);
        Assert.Equal(5 / 3.0, sample.Variance, 12);
    }

    [Fact]
    public void A_cleaner_grid_is_no_success_of_an_efficiency_measure()
    {
        var before = Enumerable.Range(0, 28).Select(n => Day(activity: 100 + (n % 3), kg: 20, output: 50)).ToList();
        var after = Enumerable.Range(0, 28).Select(n => Day(activity: 100 + (n % 3), kg: 10, output: 50)).ToList();

        var measurement = Measurement.Of(OutcomeBasis.Efficiency, frozenFactor: 0.2, frozenActivityPerOutput: 2, before, after, isOver: true);

        Assert.Equal("no_effect", measurement.Outcome.Status);
    }

    [Fact]
    public void More_output_with_less_energy_each_is_a_success_of_an_efficiency_measure()
    {
        var before = Enumerable.Range(0, 28).Select(n => Day(activity: 100 + (n % 3), kg: 20, output: 50)).ToList();
        var after = Enumerable.Range(0, 28).Select(n => Day(activity: 120 + (n % 3), kg: 24, output: 80)).ToList();

        var measurement = Measurement.Of(OutcomeBasis.Efficiency, frozenFactor: 0.2, frozenActivityPerOutput: 2, before, after, isOver: true);

        Assert.Equal("verified", measurement.Outcome.Status);
        Assert.InRange(measurement.Outcome.Effect!.Value, 0.25, 0.26);
        Assert.True(measurement.SavedKg > 0);
    }

    [Fact]
    public void A_vehicle_swap_is_measured_by_the_factor_and_its_kg_are_those_that_were_not_emitted()
    {
        var before = Enumerable.Range(0, 28).Select(n => Day(activity: 1000 + n, kg: (1000 + n) * 0.1, output: 0)).ToList();
        var after = Enumerable.Range(0, 28).Select(n => Day(activity: 2000 + n, kg: (2000 + n) * 0.04, output: 0)).ToList();

        var measurement = Measurement.Of(OutcomeBasis.Factor, frozenFactor: 0.1, frozenActivityPerOutput: null, before, after, isOver: true);

        Assert.Equal("verified", measurement.Outcome.Status);
        Assert.Equal(0.6, measurement.Outcome.Effect!.Value, 9);
        Assert.Equal(after.Sum(day => day.Activity) * 0.06, measurement.SavedKg!.Value, 6);
    }

    [Theory]
    [InlineData("zone_shift", null)]
    [InlineData("none", null)]
    [InlineData("time_shift", "profile")]
    [InlineData("vehicle", "factor")]
    [InlineData("efficiency:drives", "efficiency")]
    [InlineData("renewable_share", "activity")]
    [InlineData(null, "activity")]
    public void The_lever_says_what_is_compared(string? lever, string? basis) => Assert.Equal(basis, OutcomeBasis.Of(lever, hasOutput: true));

    private static MeasuredDay Day(double activity, double kg, double output) =>
        new() { Activity = activity, Kg = kg, Output = output, Expected = 100, ExpectedKg = 0, ExpectedWithFactor = 0 };
}

using Pylon.Insights.Outcomes;
using Pylon.Insights.Recommendations;
using Pylon.Insights.Tests.Recommendations;
using Pylon.Postgres;
using Pylon.Testing;

namespace Pylon.Insights.Tests.Outcomes;

public sealed class OutcomeMeterTests
{
    [Theory]
    [InlineData(0.8, "verified")]
    [InlineData(1.0, "no_effect")]
    [InlineData(1.25, "worse")]
    public async Task The_outcome_is_measured_against_the_frozen_baseline(double energyPerOutput, string status)
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var (recommendation, time) = await ImplementedAsync(database);
        // Half of the carbon intensity, which must not count, and another need of energy, which must.
        await AddHoursAsync(database, energyPerOutput, days: 28, factor: 0.1);
        time.Advance(TimeSpan.FromDays(29));
        var meter = new OutcomeMeter(new OutcomeStore(database.DataSource), time);

        Assert.True(await meter.FinishAsync(recommendation, default));
        Assert.False(await meter.FinishAsync(recommendation, default));

        var measured = (await new RecommendationStore(new TenantDatabase(database.DataSource, Tenant.All)).FindAsync(recommendation.Id, default))!;
        Assert.Equal((status, "efficiency"), (measured.Status, measured.MeasuredBasis));
        Assert.Equal(1 - energyPerOutput, measured.MeasuredEffect!.Value, 2);
        Assert.Equal((28, 28), (measured.MeasuredDaysBefore, measured.MeasuredDaysAfter));
        Assert.Equal(Math.Sign(1 - energyPerOutput), Math.Abs(measured.MeasuredKg!.Value) < 50 ? 0 : Math.Sign(measured.MeasuredKg!.Value));
        Assert.Equal(1, await database.Database.CountAsync("audit_logs WHERE action = 'recommendation_measured'"));
        Assert.Equal(1, await database.Database.CountAsync("outbox WHERE type = 'pylon.recommendation.measured.v1'"));
    }

    [Fact]
    public async Task A_time_shift_is_measured_by_the_hours_that_the_work_moved_to()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var (recommendation, time) = await ImplementedAsync(database, "time_shift");
        // As much work as before, but more of it in the first half of the day, whose electricity is clean.
        await AddHoursAsync(database, 1, days: 28, factor: 0.2);
        await database.Database.ExecuteAsync(
            """
            UPDATE insights.hourly_rollups SET activity = activity * CASE WHEN extract(hour FROM hour AT TIME ZONE 'UTC') < 12 THEN 1.5 ELSE 0.5 END WHERE hour >= date_trunc('hour', now());
            UPDATE insights.hourly_rollups SET co2_kg = activity * CASE WHEN extract(hour FROM hour AT TIME ZONE 'UTC') < 12 THEN 0.1 ELSE 0.3 END
            """);
        time.Advance(TimeSpan.FromDays(29));

        Assert.True(await new OutcomeMeter(new OutcomeStore(database.DataSource), time).FinishAsync(recommendation, default));

        var measured = (await new RecommendationStore(new TenantDatabase(database.DataSource, Tenant.All)).FindAsync(recommendation.Id, default))!;
        Assert.Equal(("verified", "profile"), (measured.Status, measured.MeasuredBasis));
        Assert.InRange(measured.MeasuredEffect!.Value, 0.2, 0.3);
        Assert.True(measured.MeasuredKg > 0);
    }

    [Fact]
    public async Task Before_fourteen_days_it_is_not_yet_known()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var (recommendation, time) = await ImplementedAsync(database);
        await AddHoursAsync(database, 0.5, days: 13, factor: 0.2);
        time.Advance(TimeSpan.FromDays(13));
        var meter = new OutcomeMeter(new OutcomeStore(database.DataSource), time);

        var measurement = await meter.MeasureAsync(recommendation, default);

        Assert.Null(measurement.Outcome.Status);
        Assert.False(await meter.FinishAsync(recommendation, default));
        Assert.Equal("implemented", await database.Database.ScalarAsync<string>("SELECT status FROM insights.recommendations"));
    }

    [Fact]
    public async Task Without_data_after_it_is_not_measurable()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        var (recommendation, time) = await ImplementedAsync(database);
        await AddHoursAsync(database, 0.5, days: 5, factor: 0.2);
        time.Advance(TimeSpan.FromDays(29));

        Assert.True(await new OutcomeMeter(new OutcomeStore(database.DataSource), time).FinishAsync(recommendation, default));

        var measured = (await new RecommendationStore(new TenantDatabase(database.DataSource, Tenant.All)).FindAsync(recommendation.Id, default))!;
        Assert.Equal("not_measurable", measured.Status);
        Assert.StartsWith("5 of the 28 days after the implementation", measured.MeasuredReason, StringComparison.Ordinal);
        Assert.Null(measured.MeasuredKg);
    }

    [Fact]
    public async Task A_baseline_once_frozen_stays_as_it_is()
    {
        await using var database = await InsightsDatabase.CreateAsync();
        await ImplementedAsync(database);
        var before = await database.Database.ScalarAsync<double>("SELECT sum(expected_activity) FROM insights.recommendation_baselines");

        await database.Database.ExecuteAsync("UPDATE insights.hourly_rollups SET activity = activity * 5");

        Assert.Equal(before, await database.Database.ScalarAsync<double>("SELECT sum(expected_activity) FROM insights.recommendation_baselines"));
        await Assert.ThrowsAsync<Npgsql.PostgresException>(() => database.Database.ExecuteAsync("UPDATE insights.recommendation_baselines SET expected_activity = 1"));
    }

    [Fact]
    public async Task The_worker_measures_what_is_due_and_publishes_it()
    {
        await using var stack = await InsightsStack.StartAsync(null, "--Outcomes:Interval=00:00:00.2", "--Recommendations:PollInterval=01:00:00");
        var database = stack.Database.Database;
        await database.AddFactoryAsync("F1");
        await database.AddRecommendationAsync(await database.AddHotspotAsync("F1", "info"));
        await database.ExecuteAsync(
            """
            UPDATE insights.recommendations SET status = 'implemented', decided_by = 'ann', decided_at = now() - interval '40 days',
                implemented_at = now() - interval '30 days', frozen_factor = 0.2, frozen_activity_per_output = 2.23
            """);

        await Eventually.True(async () => await database.CountAsync("recommendations WHERE status = 'no_effect'") == 1);

        Assert.Equal(1, await database.CountAsync("audit_logs WHERE action = 'recommendation_measured'"));
    }

    // Approved and implemented now, in a factory that has run for 120 days.
    private static async Task<(Recommendation Recommendation, FakeTime Time)> ImplementedAsync(InsightsDatabase database, string lever = "efficiency:waste_heat")
    {
        await database.Database.AddFactoryAsync("F1");
        var id = await database.Database.AddRecommendationAsync(await database.Database.AddHotspotAsync("F1", "info"), lever: lever);
        var time = new FakeTime(TimeProvider.System.GetUtcNow());
        var decisions = database.Decisions(time);
        Assert.Null(await decisions.ApproveAsync(id, "ann", "", default));
        Assert.Null(await decisions.ImplementAsync(id, "ann", "", null, default));
        return ((await new RecommendationStore(new TenantDatabase(database.DataSource, Tenant.All)).FindAsync(id, default))!, time);
    }

    // Days differ by up to 4 %, without a trend.
    private static Task<int> AddHoursAsync(InsightsDatabase database, double energyPerOutput, int days, double factor) => database.Database.ExecuteAsync(
        $"""
        INSERT INTO insights.hourly_rollups (entity_ref, hour, activity, output, co2_kg, events, max_event_seq)
        SELECT entity_ref, h, a, 50, a * {factor}, 1, 1
        FROM insights.entities,
            generate_series(date_trunc('hour', now()), date_trunc('hour', now()) + interval '{days} days' - interval '1 hour', interval '1 hour') h,
            LATERAL (SELECT (100 + extract(hour FROM h AT TIME ZONE 'UTC')) * {energyPerOutput} * (1 + 0.02 * (extract(day FROM h AT TIME ZONE 'UTC')::integer % 3 - 1)) AS a) x
        """);
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using Npgsql;
using Pylon.LocalStack.Servers;
using Pylon.Testing;

namespace Pylon.Postgres.Tests;

public sealed class PostgresFeatureTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(" ")]
    public void MissingSettingIsNamed(string? setting) =>
        Assert.Contains("PYLON_POSTGRES is not set", Assert.Throws<FormatException>(() => PostgresFeature.ConnectionString(setting, "s")).Message);

    [Fact]
    public void UnreadableSettingIsNamedWithItsFault() =>
        Assert.Matches("PYLON_POSTGRES .*sslmode", Assert.Throws<FormatException>(() => PostgresFeature.ConnectionString("postgresql://h/d?sslmode=x", "s")).Message);

    [Fact]
    public async Task BadSettingStopsTheStart()
    {
        await using var services = Services("postgresql://h/d?sslmode=x");

        var error = Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate());

        Assert.Contains("PYLON_POSTGRES cannot be read: sslmode", error.Message);
    }

    [Fact]
    public void WaitsAreBoundedUnlessTheSettingSaysOtherwise()
    {
        var defaults = PostgresFeature.ConnectionString("postgresql://h/d", "ingestion");
        var given = PostgresFeature.ConnectionString("Host=h;Timeout=9;Command Timeout=99;Maximum Pool Size=3;Application Name=me", "ingestion");

        Assert.Equal((5, 15, 20, "pylon-ingestion"), (defaults.Timeout, defaults.CommandTimeout, defaults.MaxPoolSize, defaults.ApplicationName));
        Assert.Equal((9, 99, 3, "me"), (given.Timeout, given.CommandTimeout, given.MaxPoolSize, given.ApplicationName));
    }

    [Theory]
    [InlineData("postgresql://h/d", 100, true)]
    [InlineData("postgresql://h/d?max_auto_prepare=0&no_reset_on_close=false", 0, false)]
    [InlineData("Host=h;Max Auto Prepare=7;No Reset On Close=false", 7, false)]
    public void StatementsArePreparedAndNothingIsResetUnlessTheSettingSaysOtherwise(string setting, int prepared, bool noReset)
    {
        var read = PostgresFeature.ConnectionString(setting, "ingestion");

        Assert.Equal((prepared, noReset), (read.MaxAutoPrepare, read.NoResetOnClose));
    }

    [Fact]
    public async Task UnqualifiedNamesAreFoundInTheSchema()
    {
        await using var database = await TestDatabase.CreateAsync();
        await database.ExecuteAsync("CREATE SCHEMA ingestion; CREATE TABLE ingestion.here (x int)");
        await using var services = Services(database.Uri);

        await using var command = services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT count(*) FROM here");

        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    [Fact]
    public async Task AStatementIsASpanOfTheRequestItServesAndAPollIsNone()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var services = Services(database.Uri);
        var spans = new ConcurrentQueue<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Npgsql",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
        var source = services.GetRequiredService<NpgsqlDataSource>();

        await source.ExecuteAsync("SELECT 'poll'", CancellationToken.None);
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        await source.ExecuteAsync("SELECT 'request'", CancellationToken.None);

        var own = spans.Where(span => $"{span.GetTagItem("db.query.text")}".StartsWith("SELECT '", StringComparison.Ordinal));
        Assert.Equal(request.Id, Assert.Single(own).ParentId);
    }

    [Fact]
    public async Task HealthFollowsTheServer()
    {
        await using var server = await PrivatePostgres.StartThrowawayAsync();
        await using var services = Services(server.Uri);
        var health = services.GetRequiredService<HealthCheckService>();

        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
        await server.KillAsync();
        // Its children live a moment longer and still answer.
        var down = await Eventually.Is(() => health.CheckHealthAsync(), report => report.Status == HealthStatus.Unhealthy);
        await server.StartAgainAsync();

        Assert.StartsWith("PostgreSQL: ", down.Entries["postgres"].Description);
        await Eventually.True(async () => (await health.CheckHealthAsync()).Status == HealthStatus.Healthy);
    }

    private static ServiceProvider Services(string uri) => new ServiceCollection()
        .AddLogging()
        .AddPostgres(new ConfigurationBuilder().AddInMemoryCollection([new("PYLON_POSTGRES", uri)]).Build(), "ingestion")
        .BuildServiceProvider();
}

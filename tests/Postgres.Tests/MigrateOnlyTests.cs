using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pylon.Testing;

namespace Pylon.Postgres.Tests;

/// <summary>The argument --migrate: the job before a rollout.</summary>
public sealed class MigrateOnlyTests
{
    private static readonly Assembly Here = typeof(MigrateOnlyTests).Assembly;

    [Fact]
    public void WithoutTheArgumentTheServiceRuns()
    {
        Assert.Null(PostgresFeature.MigrateOnly(["--PYLON_BIND=0.0.0.0"]));
        Assert.NotNull(PostgresFeature.MigrateOnly(["--PYLON_BIND=0.0.0.0", "--migrate"]));
    }

    [Fact]
    public async Task EverySchemaHistoryIsBroughtUpToDateAndNothingIsStarted()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var host = Host(database.ConnectionString);

        var exit = await PostgresFeature.MigrateOnly(["--migrate"])!(host.Services);

        Assert.Equal(0, exit);
        Assert.Equal("first", await database.ScalarAsync<string>("SELECT what FROM one.things"));
        Assert.Equal("first", await database.ScalarAsync<string>("SELECT what FROM two.things"));
        Assert.False(host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStarted.IsCancellationRequested);
    }

    [Fact]
    public async Task AMigrationThatFailsIsTheExitCode()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var host = Host(database.ConnectionString);
        await PostgresFeature.MigrateOnly(["--migrate"])!(host.Services);
        await database.ExecuteAsync("UPDATE one.schema_migrations SET checksum = 'other' WHERE version = 2");

        Assert.Equal(1, await PostgresFeature.MigrateOnly(["--migrate"])!(host.Services));
    }

    [Fact]
    public async Task AMissingSettingIsTheExitCode()
    {
        using var host = Host(server: null);

        Assert.Equal(1, await PostgresFeature.MigrateOnly(["--migrate"])!(host.Services));
    }

    private static IHost Host(string? server)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection([new(PostgresFeature.Setting, server)]);
        builder.Services.AddPostgres(builder.Configuration, "one").AddMigrations(Here, "one").AddMigrations(Here, "two");
        // Not resolved, or the test fails.
        builder.Services.AddSingleton<IHostedService>(_ => throw new InvalidOperationException("A service was made."));
        return builder.Build();
    }
}

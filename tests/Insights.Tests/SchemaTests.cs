using Npgsql;

namespace Pylon.Insights.Tests;

public sealed class SchemaTests
{
    [Theory]
    [InlineData("UPDATE insights.audit_logs SET notes = 'x'")]
    [InlineData("DELETE FROM insights.audit_logs")]
    [InlineData("TRUNCATE insights.audit_logs")]
    public async Task The_audit_log_is_only_added_to(string change)
    {
        await using var database = await InsightsDatabase.CreateAsync();
        await database.Database.ExecuteAsync("INSERT INTO insights.audit_logs (action, entity_type, entity_id) VALUES ('a', 'hotspot', '1')");

        var refused = await Assert.ThrowsAsync<PostgresException>(() => database.Database.ExecuteAsync(change));

        Assert.Contains("audit_logs is only added to", refused.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_service_starts_on_an_empty_database()
    {
        await using var stack = await InsightsStack.StartAsync();

        Assert.Equal(0L, await stack.Database.Database.ScalarAsync<long>("SELECT count(*) FROM insights.hotspots"));
    }
}

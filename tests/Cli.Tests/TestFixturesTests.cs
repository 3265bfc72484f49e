using Pylon.Testing;

namespace Pylon.Cli.Tests;

public sealed class TestFixturesTests
{
    [Fact]
    public async Task EachTestGetsItsOwnCopyOfTheTemplateDatabase()
    {
        static Task PrepareAsync(TestDatabase database) => database.ExecuteAsync("CREATE TABLE prepared (id int)");
        await using var one = await TestDatabase.CreateAsync("fixtures", PrepareAsync);
        await using var other = await TestDatabase.CreateAsync("fixtures", PrepareAsync);

        await one.ExecuteAsync("INSERT INTO prepared VALUES (1)");

        Assert.Equal(1L, await one.ScalarAsync<long>("SELECT count(*) FROM prepared"));
        Assert.Equal(0L, await other.ScalarAsync<long>("SELECT count(*) FROM prepared"));
    }

    [Fact]
    public async Task EachTestGetsItsOwnRedisDatabase()
    {
        var one = await TestRedis.CreateAsync();
        var other = await TestRedis.CreateAsync();

        Assert.NotEqual(one.Database, other.Database);
    }

    [Fact]
    public async Task TimeoutShowsTheLastValue()
    {
        var count = 0;

        var failure = await Assert.ThrowsAsync<TimeoutException>(
            () => Eventually.Is(() => Task.FromResult(++count), value => value < 0, TimeSpan.FromMilliseconds(50), "the count"));

        Assert.Contains($"last seen: {count}", failure.Message, StringComparison.Ordinal);
    }
}

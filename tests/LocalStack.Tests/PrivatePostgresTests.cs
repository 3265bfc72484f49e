using System.Net;
using System.Net.Sockets;
using Npgsql;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;

namespace Pylon.LocalStack.Tests;

public sealed class PrivatePostgresTests
{
    [Fact]
    public async Task CommittedRowsSurviveSigkill()
    {
        await using var server = await PrivatePostgres.StartThrowawayAsync();
        await ExecuteAsync(server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1), (2)");

        await server.KillAsync();
        Assert.False(server.IsRunning);
        await server.StartAgainAsync();

        Assert.Equal(2L, await ExecuteAsync(server, "SELECT count(*) FROM kept"));
    }

    [Fact]
    public async Task ServerStartsDespiteAPidFileOfAnotherProcess()
    {
        await using var server = await PrivatePostgres.StartThrowawayAsync();
        await server.KillAsync();
        // the id of a live process that is no server: this test
        var file = Path.Combine(server.DataDirectory, "postmaster.pid");
        var lines = await File.ReadAllLinesAsync(file);
        lines[0] = Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(file, lines);

        await server.StartAgainAsync();

        Assert.Equal(1, await ExecuteAsync(server, "SELECT 1"));
    }

    [Fact]
    public async Task TwoServersRunSideBySide()
    {
        var (starting, alsoStarting) = (PrivatePostgres.StartThrowawayAsync(), PrivatePostgres.StartThrowawayAsync());
        await using var one = await starting;
        await using var other = await alsoStarting;

        Assert.NotEqual(one.Port, other.Port);
        Assert.Equal(1, await ExecuteAsync(one, "SELECT 1"));
        Assert.Equal(1, await ExecuteAsync(other, "SELECT 1"));
    }

    [Fact]
    public async Task DataInMemorySurviveSigkillAndEndWithTheServer()
    {
        var server = await PrivatePostgres.StartInMemoryAsync();
        await ExecuteAsync(server, "CREATE TABLE kept (id int); INSERT INTO kept VALUES (1)");
        await server.KillAsync();
        await server.StartAgainAsync();
        Assert.Equal(1L, await ExecuteAsync(server, "SELECT count(*) FROM kept"));

        await server.DisposeAsync();

        Assert.False(Directory.Exists(server.DataDirectory));
    }

    [Fact]
    public async Task DisposedThrowawayServerLeavesNoProcessAndNoData()
    {
        var server = await PrivatePostgres.StartThrowawayAsync();
        var (identity, data) = (server.Identity, server.DataDirectory);

        await server.DisposeAsync();

        Assert.False(identity!.IsAlive);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task FailedStartNamesTheProcessTheReasonAndTheLog()
    {
        using var busy = new TcpListener(IPAddress.Loopback, 0);
        busy.Start();
        var directory = Directory.CreateTempSubdirectory("pylon-stack-tests-");
        try
        {
            var log = Path.Combine(directory.FullName, "postgresql.log");
            var options = new PrivateServerOptions(Path.Combine(directory.FullName, "data"), log, ((IPEndPoint)busy.LocalEndpoint).Port)
            {
                FallbackDirectory = $"/var/tmp/{directory.Name}",
                Throwaway = true,
            };

            var failure = await Assert.ThrowsAsync<StackException>(() => PrivatePostgres.StartAsync(options));

            Assert.StartsWith("postgresql did not start: it exited with code 1", failure.Message, StringComparison.Ordinal);
            Assert.Contains("Address already in use", failure.Message, StringComparison.Ordinal);
            Assert.Contains(log, failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task<object?> ExecuteAsync(PrivatePostgres server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}

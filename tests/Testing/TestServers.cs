using Pylon.LocalStack.Processes;
using Pylon.LocalStack.Servers;

namespace Pylon.Testing;

/// <summary>
/// The servers that the tests of a run share: those that <c>pylon test</c> started, else throw-away ones of this test
/// process. A test fails when its server does not start.
/// </summary>
public static class TestServers
{
    private static readonly Lazy<Task<string>> PostgresServer = new(() => SharedAsync(
        "PYLON_TEST_POSTGRES", async () => await PrivatePostgres.StartInMemoryAsync(), server => ((PrivatePostgres)server).Uri));

    private static readonly Lazy<Task<string>> RedisServer = new(() => SharedAsync(
        "PYLON_TEST_REDIS", async () => await PrivateRedis.StartThrowawayAsync(), server => server.Address));

    /// <summary>libpq URI of the shared server, with a user who may create databases.</summary>
    public static Task<string> PostgresAsync() => PostgresServer.Value;

    /// <summary>host:port of the shared Redis.</summary>
    public static Task<string> RedisAsync() => RedisServer.Value;

    private static async Task<string> SharedAsync(string variable, Func<Task<StackProcess>> start, Func<StackProcess, string> address)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } given)
            return given;

        var server = await start();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
        return address(server);
    }
}

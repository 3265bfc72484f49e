using System.Globalization;
using System.Net.Sockets;
using Pylon.LocalStack.Servers;

namespace Pylon.Testing;

/// <summary>
/// A Redis database for one test on the shared server. All databases of a server share its publish/subscribe channels: a
/// test that needs its own channels, or kills its server, uses <see cref="PrivateAsync"/>.
/// </summary>
public sealed record TestRedis(string Host, int Port, int Database)
{
    /// <summary>For StackExchange.Redis, the notation of <c>PYLON_REDIS</c>.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port},defaultDatabase={Database}");

    /// <summary>An empty database that no other test of the run uses.</summary>
    public static async Task<TestRedis> CreateAsync()
    {
        var address = (await TestServers.RedisAsync()).Split(',')[0];
        var colon = address.LastIndexOf(':');
        var (host, port) = (address[..colon], int.Parse(address[(colon + 1)..], CultureInfo.InvariantCulture));

        using var client = new TcpClient();
        await client.ConnectAsync(host, port);
        await using var stream = client.GetStream();
        using var reader = new StreamReader(stream);
        // database 0 keeps the count for all assemblies of the run
        var number = int.Parse((await AskAsync(stream, reader, "INCR pylon:test:databases"))[1..], CultureInfo.InvariantCulture);
        var selected = await AskAsync(stream, reader, string.Create(CultureInfo.InvariantCulture, $"SELECT {number}"));
        if (selected != "+OK")
            throw new InvalidOperationException($"The Redis of PYLON_TEST_REDIS needs a higher 'databases' setting: SELECT {number} gave {selected}");
        await AskAsync(stream, reader, "FLUSHDB");
        return new TestRedis(host, port, number);
    }

    /// <summary>A private server, for tests that kill it and start it again.</summary>
    public static Task<PrivateRedis> PrivateAsync() => PrivateRedis.StartThrowawayAsync();

    private static async Task<string> AskAsync(NetworkStream stream, StreamReader reader, string command)
    {
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(command + "\r\n"));
        return await reader.ReadLineAsync() ?? throw new IOException("Redis closed the connection");
    }
}

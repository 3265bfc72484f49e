using StackExchange.Redis;

namespace Pylon.Messaging;

/// <summary>The setting that says where Redis is, and what Pylon adds to it.</summary>
public static class RedisConnection
{
    /// <summary>A StackExchange.Redis connection string, for example <c>127.0.0.1:6379</c>.</summary>
    public const string Setting = "PYLON_REDIS";

    /// <summary>The options in the setting. Where it gives none, calls wait for a server that is unreachable for a while.</summary>
    /// <exception cref="InvalidOperationException">The setting is missing or cannot be read.</exception>
    public static ConfigurationOptions Options(string? setting)
    {
        if (string.IsNullOrWhiteSpace(setting))
            throw new InvalidOperationException($"{Setting} is not set: give an address like 127.0.0.1:6379");
        try
        {
            var options = ConfigurationOptions.Parse(setting.Trim());
            if (options.EndPoints.Count == 0)
                throw new InvalidOperationException($"{Setting} cannot be read: it must name a host, for example 127.0.0.1:6379");
            // A service starts, and goes on, without Redis: its calls fail until it is there.
            options.AbortOnConnectFail = false;
            if (!setting.Contains("connectTimeout=", StringComparison.OrdinalIgnoreCase))
                options.ConnectTimeout = 2000;
            options.ReconnectRetryPolicy = new ExponentialRetry(100, 2000);
            options.ClientName ??= "pylon";
            // Threads of its own would be woken beside those of the pool for each answer.
            options.SocketManager = SocketManager.ThreadPool;
            return options;
        }
        catch (ArgumentException e)
        {
            throw new InvalidOperationException($"{Setting} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>False when one call may touch keys of several slots; null while no server is connected.</summary>
    public static bool? IsCluster(this IConnectionMultiplexer redis)
    {
        ArgumentNullException.ThrowIfNull(redis);
        var servers = redis.GetServers().Where(server => server.IsConnected).ToList();
        return servers.Count == 0 ? null : servers.Exists(server => server.ServerType != ServerType.Standalone);
    }
}

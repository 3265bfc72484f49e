using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Servers;

/// <summary>Installs the packages of PostgreSQL and Redis when they are missing.</summary>
public static class ServerPackages
{
    /// <summary>Installs what is missing when that needs no question.</summary>
    /// <exception cref="StackException">It needs one; the message says what to install.</exception>
    public static async Task EnsureAsync(bool postgres, bool redis, IStackReporter reporter, CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(postgres, redis, cancellationToken);
        if (missing.Count == 0)
            return;

        await DebianPackages.InstallAsync(missing, Advice(missing), reporter, cancellationToken);
        if (await MissingAsync(postgres, redis, cancellationToken) is { Count: > 0 } still)
            throw new StackException(Advice(still));
    }

    private static async Task<IReadOnlyList<string>> MissingAsync(bool postgres, bool redis, CancellationToken cancellationToken)
    {
        var missing = new List<string>();
        if (postgres && await PostgresBinaries.FindAsync(major: null, cancellationToken) is null)
            missing.Add("postgresql");
        if (redis && PrivateRedis.Binary is null)
            missing.Add("redis-server");
        return missing;
    }

    private static string Advice(IReadOnlyList<string> missing)
    {
        var (postgres, redis) = (missing.Contains("postgresql"), missing.Contains("redis-server"));
        string Packages(string postgresName, string redisName) =>
            string.Join(' ', (string?[])[postgres ? postgresName : null, redis ? redisName : null]).Trim();
        var command = true switch
        {
            _ when Tools.Find("apt-get") is not null => "sudo apt-get install -y " + Packages("postgresql", "redis-server"),
            _ when Tools.Find("dnf") is not null => "sudo dnf install -y " + Packages("postgresql-server", "redis"),
            _ when Tools.Find("pacman") is not null => "sudo pacman -S --noconfirm " + Packages("postgresql", "redis"),
            _ when Tools.Find("zypper") is not null => "sudo zypper install -y " + Packages("postgresql-server", "redis"),
            _ when Tools.Find("apk") is not null => "sudo apk add " + Packages("postgresql", "redis"),
            _ when Tools.Find("brew") is not null || OperatingSystem.IsMacOS() => "brew install " + Packages("postgresql@17", "redis"),
            _ => null,
        };
        var what = Packages($"PostgreSQL {PostgresBinaries.OldestMajor}+", "Redis 6+").Replace("+ R", "+ and R", StringComparison.Ordinal);
        var instead = Packages("PYLON_POSTGRES=postgresql://user@host/database", "PYLON_REDIS=host:port");
        return $"Not installed: {what}.\n"
            + (command is null ? "Install it with your package manager" : $"Install with:  {command}")
            + $"\nor use existing servers:  export {instead}";
    }
}

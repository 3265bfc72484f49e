using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Servers;

/// <summary>Installs the packages of PostgreSQL and Redis when they are missing.</summary>
public static class ServerPackages
{
    // policy-rc.d stops the packages from starting the distribution's own servers. It is deleted again; one that exists
    // already stays as it is. A broken third-party source must not stop the installation.
    private const string InstallScript = """
        guard=/usr/sbin/policy-rc.d
        if [ ! -e "$guard" ]; then
          trap 'rm -f "$guard"' EXIT
          trap 'exit 130' INT TERM HUP
          printf '#!/bin/sh\nexit 101\n' >"$guard" && chmod 755 "$guard"
        fi
        apt-get -o DPkg::Lock::Timeout=120 update || true
        apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@"
        """;

    /// <summary>Installs what is missing when that needs no question.</summary>
    /// <exception cref="StackException">It needs one; the message says what to install.</exception>
    public static async Task EnsureAsync(bool postgres, bool redis, IStackReporter reporter, CancellationToken cancellationToken)
    {
        var missing = await MissingAsync(postgres, redis, cancellationToken);
        if (missing.Count == 0)
            return;

        if (Tools.Find("apt-get") is null || AsRoot() is not { } asRoot)
            throw new StackException(Advice(missing));

        await reporter.StepAsync(
            $"installing {string.Join(" and ", missing)} with apt-get",
            () => InstallAsync(asRoot, missing, reporter, cancellationToken),
            _ => "");
        if (await MissingAsync(postgres, redis, cancellationToken) is { Count: > 0 } still)
            throw new StackException(Advice(still));
    }

    private static async Task<bool> InstallAsync(string[] asRoot, IReadOnlyList<string> packages, IStackReporter reporter, CancellationToken cancellationToken)
    {
        string[] command = [.. asRoot, "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", InstallScript, "sh", .. packages];
        void Progress(string line)
        {
            if (line.StartsWith("Setting up ", StringComparison.Ordinal))
                reporter.Note(line);
        }

        var installed = await Tools.RunAsync(command[0], command[1..], onLine: Progress, cancellationToken: cancellationToken);
        if (!installed.Succeeded)
        {
            var last = string.Join('\n', installed.Output.Split('\n').TakeLast(15));
            throw new StackException($"apt-get could not install {string.Join(" ", packages)}:\n{last}\n{Advice(packages)}");
        }

        return true;
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

    private static string[]? AsRoot()
    {
        if (Environment.IsPrivilegedProcess)
            return [];
        return Tools.Succeeds("sudo", "-n", "true") ? ["sudo", "-n"] : null;
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

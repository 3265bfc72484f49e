using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Servers;

/// <summary>Installs packages of the distribution with apt-get, where that needs no question.</summary>
internal static class DebianPackages
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

    /// <exception cref="StackException">It needs a question or fails; the message ends with <paramref name="advice"/>.</exception>
    public static async Task InstallAsync(IReadOnlyList<string> packages, string advice, IStackReporter reporter, CancellationToken cancellationToken)
    {
        if (Tools.Find("apt-get") is null || AsRoot() is not { } asRoot)
            throw new StackException(advice);
        await reporter.StepAsync(
            $"installing {string.Join(" and ", packages)} with apt-get",
            () => InstallAsync(asRoot, packages, advice, reporter, cancellationToken),
            _ => "");
    }

    private static async Task<bool> InstallAsync(string[] asRoot, IReadOnlyList<string> packages, string advice, IStackReporter reporter, CancellationToken cancellationToken)
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
            throw new StackException($"apt-get could not install {string.Join(" ", packages)}:\n{last}\n{advice}");
        }

        return true;
    }

    private static string[]? AsRoot()
    {
        if (Environment.IsPrivilegedProcess)
            return [];
        return Tools.Succeeds("sudo", "-n", "true") ? ["sudo", "-n"] : null;
    }
}

namespace Pylon.LocalStack.Machine;

/// <summary>The user that PostgreSQL runs as when we are root: it refuses to run as root.</summary>
internal static class UnprivilegedUser
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    // The setpriv of BusyBox cannot do this; its su replaces itself with the command.
    private static readonly Lazy<bool> HasSetpriv = new(() => Tools.Succeeds("setpriv", "--reuid", "0", "true"));

    /// <summary>The user for a server with data in this directory, or null when we are not root.</summary>
    public static async Task<string?> ForAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
            return null;

        // Data of an ordinary user stay that user's.
        if (Directory.Exists(dataDirectory) && await OwnerAsync(dataDirectory, cancellationToken) is { } owner and not "root" and not "UNKNOWN")
            return owner;

        var known = (await File.ReadAllLinesAsync("/etc/passwd", cancellationToken)).Select(line => line.Split(':')[0]).ToHashSet();
        return Candidates.FirstOrDefault(known.Contains)
            ?? throw new StackException(
                "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to run it as. "
                + "Run pylon as an ordinary user, or point PYLON_POSTGRES at a server.");
    }

    /// <summary>The words before a command that run it as this user, without a process in between.</summary>
    public static IEnumerable<string> Prefix(string user, params IEnumerable<string> setprivOptions) => HasSetpriv.Value
        ? ["setpriv", "--reuid", user, "--regid", GroupOf(user), "--clear-groups", .. setprivOptions]
        : ["su", "-s", "/bin/sh", user, "-c", "exec \"$0\" \"$@\"", "--"];

    /// <summary>Runs a program to its end, as this user when there is one.</summary>
    public static Task<ToolResult> RunAsync(
        string? user, string program, IEnumerable<string> arguments, string? input, string workingDirectory, CancellationToken cancellationToken)
    {
        string[] command = user is null ? [program, .. arguments] : [.. Prefix(user), program, .. arguments];
        return Tools.RunAsync(command[0], command[1..], input, workingDirectory, cancellationToken: cancellationToken);
    }

    /// <summary>Makes the directory and gives it to the user; true when the user can enter it and write.</summary>
    public static async Task<bool> OwnsAsync(string? user, string directory, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        if (user is not null)
            await Tools.RunAsync("chown", [user, directory], cancellationToken: cancellationToken);
        var entered = await RunAsync(user, "/bin/sh", ["-c", "cd \"$1\" && test -w .", "sh", directory], null, "/", cancellationToken);
        return entered.Succeeded;
    }

    private static async Task<string?> OwnerAsync(string directory, CancellationToken cancellationToken)
    {
        var stat = await Tools.RunAsync("stat", ["-c", "%U", directory], cancellationToken: cancellationToken);
        return stat.Succeeded ? stat.Output.Trim() : null;
    }

    private static string GroupOf(string user) =>
        File.ReadLines("/etc/passwd").Select(line => line.Split(':')).First(fields => fields[0] == user)[3];
}

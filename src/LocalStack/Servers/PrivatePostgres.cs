using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.LocalStack.Servers;

/// <summary>A private PostgreSQL server on a loopback port, with a database and a superuser named <c>pylon</c>.</summary>
public sealed class PrivatePostgres : PrivateServer
{
    private const string Superuser = "pylon";
    private const string Database = "pylon";

    // It owns no table; the Orchestrator makes it.
    private const string ServiceRole = "pylon_service";

    private readonly string? _user;
    private readonly PostgresBinaries _binaries;

    private PrivatePostgres(PrivateServerOptions options, string? user, PostgresBinaries binaries)
        : base("postgresql", options) => (_user, _binaries) = (user, binaries);

    /// <summary>A libpq URI that psql takes.</summary>
    public string Uri => UriOf(Port);

    /// <summary>In Npgsql's notation.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username={Superuser};Database={Database}";

    // Throw-away data need no last checkpoint.
    private protected override Signal StopSignal => Options.Throwaway ? Signal.Quit : Signal.Interrupt;

    /// <summary>The same server for a service that does not own its tables.</summary>
    internal static string ServiceUriOf(int port) => $"postgresql://{ServiceRole}@127.0.0.1:{port}/{Database}";

    internal static string UriOf(int port) => $"postgresql://{Superuser}@127.0.0.1:{port}/{Database}";

    /// <summary>A server that is not started yet; its start makes a missing cluster.</summary>
    public static async Task<PrivatePostgres> CreateAsync(PrivateServerOptions options, CancellationToken cancellationToken = default)
    {
        var user = await UnprivilegedUser.ForAsync(options.DataDirectory, cancellationToken);
        options = options with { DataDirectory = await ReachableAsync(options, user, cancellationToken) };
        return new PrivatePostgres(options, user, await BinariesForAsync(options.DataDirectory, cancellationToken));
    }

    /// <summary>Makes a missing cluster, starts the server and waits until it takes connections.</summary>
    public static async Task<PrivatePostgres> StartAsync(PrivateServerOptions options, CancellationToken cancellationToken = default) =>
        await StartedAsync(await CreateAsync(options, cancellationToken), cancellationToken);

    /// <summary>A server without fsync, on a random port; its data are deleted when it is disposed.</summary>
    public static Task<PrivatePostgres> StartThrowawayAsync(CancellationToken cancellationToken = default) =>
        StartThrowawayAsync("postgres", options => StartAsync(options, cancellationToken));

    /// <summary>The same with its data in memory, when that has room: tests make and drop a database each, which are thousands of files.</summary>
    public static Task<PrivatePostgres> StartInMemoryAsync(CancellationToken cancellationToken = default) =>
        StartThrowawayAsync("postgres", options => StartAsync(options, cancellationToken), inMemory: true);

    /// <summary>A throw-away server with fsync, as in production.</summary>
    public static Task<PrivatePostgres> StartDurableThrowawayAsync(CancellationToken cancellationToken = default) =>
        StartThrowawayAsync("postgres", options => StartAsync(options, cancellationToken), durable: true);

    private protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(VersionFile(DataDirectory)))
            await MakeClusterAsync(cancellationToken);
        await EndPredecessorAsync(cancellationToken);
    }

    private protected override LaunchPlan Plan()
    {
        string[] settings =
        [
            "listen_addresses=127.0.0.1", $"port={Port}", "unix_socket_directories=", "max_connections=300", "timezone=UTC",
            "log_timezone=UTC", "jit=off", "shared_buffers=128MB", .. Options is { Throwaway: true, Durable: false } ? (string[])["fsync=off", "full_page_writes=off"] : [],
        ];
        return new LaunchPlan(_binaries.Postgres, ["-D", DataDirectory, .. settings.SelectMany(setting => (string[])["-c", setting])], LogFile)
        {
            User = _user,
            WorkingDirectory = DataDirectory,
            SignalWhenOrphaned = StopSignal,
        };
    }

    // pg_ctl reads the eighth line of postmaster.pid, too.
    private protected override async Task<string?> NotReadyBecauseAsync(CancellationToken cancellationToken)
    {
        var lines = await PidFileAsync(cancellationToken);
        return lines.Length > 7 && lines[0] == Pid.ToString() && lines[7].Trim() == "ready"
            ? null
            : "it does not accept connections yet";
    }

    private static async Task<string> ReachableAsync(PrivateServerOptions options, string? user, CancellationToken cancellationToken)
    {
        if (await UnprivilegedUser.OwnsAsync(user, options.DataDirectory, cancellationToken))
            return options.DataDirectory;

        if (options.FallbackDirectory is { } fallback && await UnprivilegedUser.OwnsAsync(user, fallback, cancellationToken))
        {
            options.Report?.Invoke($"user '{user ?? Environment.UserName}' cannot write to {options.DataDirectory}: PostgreSQL's data are in {fallback}");
            return fallback;
        }

        throw new StackException($"postgresql did not start: user '{user ?? Environment.UserName}' cannot write to {options.DataDirectory}.");
    }

    private static async Task<PostgresBinaries> BinariesForAsync(string dataDirectory, CancellationToken cancellationToken)
    {
        var bound = VersionFile(dataDirectory);
        int? major = File.Exists(bound) && int.TryParse((await File.ReadAllTextAsync(bound, cancellationToken)).Trim(), out var number) ? number : null;
        return await PostgresBinaries.FindAsync(major, cancellationToken)
            ?? throw new StackException(major is null
                ? $"PostgreSQL {PostgresBinaries.OldestMajor} or later is not installed."
                : $"The data in {dataDirectory} belong to PostgreSQL {major}, which is not installed. Install it, or delete that directory to start with an empty database.");
    }

    private static string VersionFile(string dataDirectory) => Path.Combine(dataDirectory, "PG_VERSION");

    // Made in a directory of its own and moved when it is complete: a killed initdb leaves nothing that looks like a cluster.
    private async Task MakeClusterAsync(CancellationToken cancellationToken)
    {
        Options.Report?.Invoke("making a PostgreSQL cluster");
        var unfinished = Path.Combine(DataDirectory, "unfinished");
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);

        string[] options = ["-D", unfinished, "-U", Superuser, "--auth=trust", "--encoding=UTF8", "--no-instructions", .. Options.Throwaway ? (string[])["--no-sync"] : []];
        var locale = OperatingSystem.IsLinux() ? "C.UTF-8" : "C";
        var made = await UnprivilegedUser.RunAsync(_user, _binaries.Initdb, [.. options, $"--locale={locale}"], null, DataDirectory, cancellationToken);
        if (made.Succeeded)
        {
            string[] single = ["--single", "-D", unfinished, "-F", "postgres"];
            made = await UnprivilegedUser.RunAsync(_user, _binaries.Postgres, single, $"CREATE DATABASE {Database}\n", DataDirectory, cancellationToken);
        }

        await File.AppendAllTextAsync(LogFile, made.Output + "\n", cancellationToken);
        if (!made.Succeeded || made.Output.Contains("ERROR:", StringComparison.Ordinal) || made.Output.Contains("FATAL:", StringComparison.Ordinal))
            throw Failure("initdb could not make the cluster");

        foreach (var entry in Directory.GetFileSystemEntries(unfinished).Where(entry => Path.GetFileName(entry) != "PG_VERSION"))
            Directory.Move(entry, Path.Combine(DataDirectory, Path.GetFileName(entry)));
        File.Move(Path.Combine(unfinished, "PG_VERSION"), VersionFile(DataDirectory));
        Directory.Delete(unfinished);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(DataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // The pid file stays after a kill -9. Its process may still be a server on these data: then we end it. The id may
    // belong to another process by now: PostgreSQL could take that for a live server and refuse to start.
    private async Task EndPredecessorAsync(CancellationToken cancellationToken)
    {
        var lines = await PidFileAsync(cancellationToken);
        if (lines.Length == 0 || !int.TryParse(lines[0], out var pid))
            return;

        if (ProcessIdentity.Of(pid) is { } predecessor && await IsServerOfTheseDataAsync(pid, cancellationToken))
            await predecessor.EndAsync(Signal.Interrupt, StopPatience, cancellationToken);
        File.Delete(PidFile);
    }

    private async Task<bool> IsServerOfTheseDataAsync(int pid, CancellationToken cancellationToken)
    {
        var command = await Tools.RunAsync("ps", ["-o", "args=", "-ww", "-p", pid.ToString()], cancellationToken: cancellationToken);
        return command.Output.Contains(DataDirectory, StringComparison.Ordinal) && command.Output.Contains("postgres", StringComparison.Ordinal);
    }

    private string PidFile => Path.Combine(DataDirectory, "postmaster.pid");

    private async Task<string[]> PidFileAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllLinesAsync(PidFile, cancellationToken);
        }
        catch (IOException)
        {
            return [];
        }
    }
}

using System.Globalization;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Processes;

namespace Pylon.LocalStack.Servers;

/// <summary>How a <see cref="PrivatePostgres"/> is set up.</summary>
public sealed record PrivatePostgresOptions(string DataDirectory, string LogFile, int Port)
{
    /// <summary>Used when the unprivileged user cannot write to <see cref="DataDirectory"/>.</summary>
    public string? FallbackDirectory { get; init; }

    /// <summary>True for data that survive a power cut. False is faster; the data still survive a kill of the process.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>True when the data are deleted with the server.</summary>
    public bool Throwaway { get; init; }

    /// <summary>A directory around data and log that is deleted with them.</summary>
    internal string? Enclosing { get; init; }

    /// <summary>Gets a line about each slow or unusual step.</summary>
    public Action<string>? Report { get; init; }
}

/// <summary>A private PostgreSQL server on a loopback port, with a database and a superuser named <c>pylon</c>.</summary>
public sealed class PrivatePostgres : StackProcess
{
    private const string Superuser = "pylon";
    private const string Database = "pylon";

    private readonly PrivatePostgresOptions _options;
    private readonly string? _user;
    private readonly PostgresBinaries _binaries;

    private PrivatePostgres(PrivatePostgresOptions options, string? user, PostgresBinaries binaries)
        : base("postgresql", options.LogFile) => (_options, _user, _binaries) = (options, user, binaries);

    /// <summary>Where it listens, always on 127.0.0.1.</summary>
    public int Port => _options.Port;

    /// <summary>Where its data are: the directory of the options, or the fallback.</summary>
    public string DataDirectory => _options.DataDirectory;

    /// <summary>A libpq URI that psql takes.</summary>
    public string Uri => UriOf(Port);

    /// <summary>In Npgsql's notation.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={Port};Username={Superuser};Database={Database}");

    /// <inheritdoc/>
    public override string Address => $"127.0.0.1:{Port}";

    // Throw-away data need no last checkpoint.
    private protected override Signal StopSignal => _options.Throwaway ? Signal.Quit : Signal.Interrupt;

    internal static string UriOf(int port) => string.Create(CultureInfo.InvariantCulture, $"postgresql://{Superuser}@127.0.0.1:{port}/{Database}");

    /// <summary>A server that is not started yet; starting it makes the cluster if there is none.</summary>
    public static async Task<PrivatePostgres> CreateAsync(PrivatePostgresOptions options, CancellationToken cancellationToken = default)
    {
        var user = await UnprivilegedUser.ForAsync(options.DataDirectory, cancellationToken);
        options = options with { DataDirectory = await ReachableAsync(options, user, cancellationToken) };
        return new PrivatePostgres(options, user, await BinariesForAsync(options.DataDirectory, cancellationToken));
    }

    /// <summary>Makes the cluster if there is none, starts the server and waits until it takes connections.</summary>
    public static async Task<PrivatePostgres> StartAsync(PrivatePostgresOptions options, CancellationToken cancellationToken = default) =>
        await (await CreateAsync(options, cancellationToken)).StartedAsync(cancellationToken);

    /// <summary>A server without fsync, on a random port; its data are deleted when it is disposed.</summary>
    public static Task<PrivatePostgres> StartThrowawayAsync(CancellationToken cancellationToken = default) => ThrowawayServer.StartAsync(
        "postgres",
        (directory, port) => StartAsync(
            new PrivatePostgresOptions(Path.Combine(directory, "data"), Path.Combine(directory, "log"), port)
            {
                Durable = false,
                Throwaway = true,
                Enclosing = directory,
                FallbackDirectory = Path.Combine("/var/tmp", Path.GetFileName(directory)),
            },
            cancellationToken));

    private protected override IEnumerable<string> DeletedAtEnd => _options.Throwaway ? [DataDirectory, _options.Enclosing ?? DataDirectory] : [];

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
            "log_timezone=UTC", "jit=off", "shared_buffers=128MB", .. _options.Durable ? (string[])[] : ["fsync=off", "full_page_writes=off"],
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
        return lines.Length > 7 && lines[0] == Pid.ToString(CultureInfo.InvariantCulture) && lines[7].Trim() == "ready"
            ? null
            : "it does not accept connections yet";
    }

    private static async Task<string> ReachableAsync(PrivatePostgresOptions options, string? user, CancellationToken cancellationToken)
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
        _options.Report?.Invoke("making a PostgreSQL cluster");
        var unfinished = Path.Combine(DataDirectory, "unfinished");
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);

        string[] options = ["-D", unfinished, "-U", Superuser, "--auth=trust", "--encoding=UTF8", "--no-instructions", .. _options.Durable ? (string[])[] : ["--no-sync"]];
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
        var command = await Tools.RunAsync("ps", ["-o", "args=", "-ww", "-p", pid.ToString(CultureInfo.InvariantCulture)], cancellationToken: cancellationToken);
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

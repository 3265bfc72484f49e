using System.Diagnostics;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Processes;

/// <summary>A process of the stack: start it and wait until it is ready, kill it, start it again at the same address, stop it.</summary>
public abstract class StackProcess : IAsyncDisposable
{
    private const int TailLines = 15;
    private readonly LogFile _log;
    private Process? _process;
    private long _logStart;
    private bool _rotated;

    private protected StackProcess(string name, string logFile)
    {
        Name = name;
        _log = new LogFile(logFile);
    }

    /// <summary>The word for this process in messages, in file names and in the table of <c>pylon status</c>.</summary>
    public string Name { get; }

    /// <summary>Where to reach it.</summary>
    public abstract string Address { get; }

    /// <summary>The file with its output.</summary>
    public string LogFile => _log.Path;

    /// <summary>Its id and start; null while it does not run.</summary>
    public ProcessIdentity? Identity { get; private set; }

    /// <summary>Its process id; 0 when it does not run.</summary>
    public int Pid => Identity?.Pid ?? 0;

    /// <summary>True from the moment when it answered until its end.</summary>
    public bool IsReady { get; private set; }

    /// <summary>Called when the process was started, is ready, or has ended.</summary>
    public Action? Changed { get; set; }

    /// <summary>How often it was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>True from its start until its end.</summary>
    public bool IsRunning => _process is { HasExited: false };

    private protected virtual TimeSpan ReadyTimeout => TimeSpan.FromSeconds(60);

    private protected virtual Signal StopSignal => Signal.Terminate;

    /// <summary>Deleted when the process is disposed.</summary>
    private protected virtual IEnumerable<string> DeletedAtEnd => [];

    private protected virtual TimeSpan StopPatience => TimeSpan.FromSeconds(10);

    /// <summary>Starts the process and waits until it is ready.</summary>
    /// <exception cref="StackException">It ended or did not become ready in time.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
            throw new InvalidOperationException($"{Name} is running already");

        if (!_rotated)
            _log.Rotate();
        _rotated = true;

        await PrepareAsync(cancellationToken);
        _logStart = _log.Length;
        _process?.Dispose();
        _process = await Spawner.StartAsync(Plan());
        Identity = ProcessIdentity.Of(_process.Id);
        IsReady = false;
        Changed?.Invoke();
        try
        {
            await WaitUntilReadyAsync(_process, cancellationToken);
        }
        catch
        {
            await KillAsync();
            throw;
        }

        IsReady = true;
        Changed?.Invoke();
    }

    /// <summary>Starts it at the same address with the same data, after it ended.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        Restarts++;
        return StartAsync(cancellationToken);
    }

    /// <summary>Starts and stops processes until exactly the first <paramref name="count"/> of them run.</summary>
    public static Task RunFirstAsync(IReadOnlyList<StackProcess> processes, int count, CancellationToken cancellationToken = default) => Task.WhenAll(processes.Select((process, n) => (n < count, process.IsRunning) switch
    {
        (true, false) => process.StartAsync(cancellationToken),
        (false, true) => process.StopAsync(),
        _ => Task.CompletedTask,
    }));

    /// <summary>Sends SIGKILL and waits until the process has ended.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        if (!process.HasExited)
            Signals.Send(process.Id, Signal.Kill);
        await process.WaitForExitAsync();
        Identity = null;
    }

    /// <summary>Asks it to end, and kills it when it does not in time.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;
        if (!process.HasExited)
        {
            Signals.Send(process.Id, StopSignal);
            try
            {
                await process.WaitForExitAsync().WaitAsync(StopPatience);
            }
            catch (TimeoutException)
            {
                await KillAsync();
            }
        }

        Identity = null;
    }

    /// <summary>Completes when the process ends; the result is the reason in words.</summary>
    public async Task<string> WaitForExitAsync(CancellationToken cancellationToken = default)
    {
        if (_process is not { } process)
            return "it was never started";
        await process.WaitForExitAsync(cancellationToken);
        return Ended(process);
    }

    /// <summary>The last lines that it wrote since its last start.</summary>
    public string LastLines(int lines = TailLines) => _log.Tail(lines, _logStart);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        _process = null;
        foreach (var directory in DeletedAtEnd)
            ThrowawayDirectory.Delete(directory);
        GC.SuppressFinalize(this);
    }

    /// <summary>Runs before each start: makes directories, removes stale files.</summary>
    private protected virtual Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private protected abstract LaunchPlan Plan();

    /// <summary>Null when ready, else why not yet.</summary>
    private protected abstract Task<string?> NotReadyBecauseAsync(CancellationToken cancellationToken);

    private protected StackException Failure(string reason) => StackException.FailedStart(Name, reason, LastLines(), LogFile);

    // .NET reports the end by signal n as code 128 + n; dotnet itself uses some codes of that range for its own errors.
    private static string Ended(Process process) => process.ExitCode switch
    {
        130 => "it was interrupted (SIGINT)",
        134 => "it aborted (SIGABRT)",
        137 => "it was killed (SIGKILL)",
        139 => "it crashed (SIGSEGV)",
        143 => "it was terminated (SIGTERM)",
        var code => $"it exited with code {code}",
    };

    private async Task WaitUntilReadyAsync(Process process, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (process.HasExited)
                throw Failure(Ended(process));
            var missing = await NotReadyBecauseAsync(cancellationToken);
            if (missing is null)
                return;
            if (clock.Elapsed > ReadyTimeout)
                throw Failure($"it was not ready after {ReadyTimeout.TotalSeconds:0} s ({missing})");
            await Task.Delay(TimeSpan.FromMilliseconds(40), cancellationToken);
        }
    }
}

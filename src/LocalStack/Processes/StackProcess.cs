using System.Diagnostics;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Processes;

/// <summary>
/// A process that we own: started, waited for until it is ready, killed, started again at the same address, stopped.
/// </summary>
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

    /// <summary>What it has written so far.</summary>
    public string LogFile => _log.Path;

    /// <summary>Who it is, while it runs.</summary>
    public ProcessIdentity? Identity { get; private set; }

    /// <summary>Its process id; 0 when it does not run.</summary>
    public int Pid => Identity?.Pid ?? 0;

    /// <summary>Told when a process was started or is gone; the process may not be ready yet.</summary>
    public Action? Changed { get; set; }

    /// <summary>How often it was started again.</summary>
    public int Restarts { get; private set; }

    /// <summary>True from a successful start until its end, whoever ended it.</summary>
    public bool IsRunning => _process is { HasExited: false };

    private protected virtual TimeSpan ReadyTimeout => TimeSpan.FromSeconds(60);

    private protected virtual Signal StopSignal => Signal.Terminate;

    private protected virtual TimeSpan StopPatience => TimeSpan.FromSeconds(10);

    /// <summary>Starts the process and waits until it is ready.</summary>
    /// <exception cref="StackException">It ended or did not become ready in time.</exception>
    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        if (IsRunning)
            throw new InvalidOperationException($"{Name} runs already");

        if (!_rotated)
            _log.Rotate();
        _rotated = true;

        await PrepareAsync(cancellationToken);
        _logStart = _log.Length;
        _process?.Dispose();
        _process = await Spawner.StartAsync(Plan());
        Identity = ProcessIdentity.Of(_process.Id);
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
    }

    /// <summary>Starts it at the same address with the same data, after it was killed or died.</summary>
    public Task StartAgainAsync(CancellationToken cancellationToken = default)
    {
        Restarts++;
        return StartAsync(cancellationToken);
    }

    /// <summary>SIGKILL, and waits until the process is gone: no flush, no goodbye.</summary>
    public async Task KillAsync()
    {
        if (_process is not { } process)
            return;
        if (!process.HasExited)
            Signals.Send(process.Id, Signal.Kill);
        await process.WaitForExitAsync();
        Identity = null;
    }

    /// <summary>Asks it to end in good order and insists when it does not.</summary>
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

    /// <summary>Completes when the process ends, with the reason in words.</summary>
    public async Task<string> WaitForExitAsync(CancellationToken cancellationToken = default)
    {
        if (_process is not { } process)
            return "it was never started";
        await process.WaitForExitAsync(cancellationToken);
        return Ended(process);
    }

    /// <summary>The last lines of what it wrote since it was last started.</summary>
    public string LastLines(int lines = TailLines) => _log.Tail(lines, _logStart);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process?.Dispose();
        _process = null;
        GC.SuppressFinalize(this);
    }

    /// <summary>What has to be there before each start: directories, stale files out of the way.</summary>
    private protected virtual Task PrepareAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private protected abstract LaunchPlan Plan();

    /// <summary>Null when ready, else why not yet.</summary>
    private protected abstract Task<string?> NotReadyBecauseAsync(CancellationToken cancellationToken);

    private protected StackException Failure(string reason) => StackException.FailedStart(Name, reason, LastLines(), LogFile);

    // .NET tells the end by signal n as code 128 + n; dotnet itself uses some codes of that range for its own errors.
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

using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Pylon.Worker.Processes;

/// <summary>How a process ended.</summary>
/// <param name="ExitCode">Null when a signal ended it.</param>
/// <param name="Signal">Null when it ended by itself.</param>
/// <param name="CpuTime">Of it and of the children that it has waited for.</param>
internal sealed record ProcessEnd(int? ExitCode, int? Signal, TimeSpan CpuTime);

/// <summary>What a process is started with.</summary>
/// <param name="MemoryMb">Of address space; null for no limit.</param>
internal sealed record ProcessStart(IReadOnlyList<string> Command, string Directory, IReadOnlyDictionary<string, string> Environment, int? MemoryMb);

/// <summary>
/// A process in a group of its own, which ends with this one. It is started, and waited for, on a thread of its own: the kernel
/// ends it with the thread that has started it (PR_SET_PDEATHSIG), also when this process is killed.
/// </summary>
internal sealed class RunningProcess
{
    private readonly TaskCompletionSource<ProcessEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<SafeFileHandle> _output = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _gate = new();
    private int _pid;

    private RunningProcess()
    {
    }

    public Task<ProcessEnd> End => _end.Task;

    /// <summary>Starts it; its output and its errors go to the reader, piece by piece, until all of its group have ended.</summary>
    public static async Task<RunningProcess> StartAsync(ProcessStart start, Action<ReadOnlyMemory<byte>> output)
    {
        var process = new RunningProcess();
        new Thread(() => process.Run(start)) { IsBackground = true, Name = "job" }.Start();
        var pipe = await process._output.Task;
        process.Reading = Task.Factory.StartNew(() => Read(pipe, output), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return process;
    }

    /// <summary>Ends when all of the output is read.</summary>
    public Task Reading { get; private set; } = Task.CompletedTask;

    /// <summary>Sends a signal to the group of the process, unless it has ended.</summary>
    public void Signal(int signal)
    {
        lock (_gate)
        {
            if (_pid > 0)
                _ = CLibrary.Kill(-_pid, signal);
        }
    }

    private static void Read(SafeFileHandle pipe, Action<ReadOnlyMemory<byte>> output)
    {
        using var stream = new FileStream(pipe, FileAccess.Read, bufferSize: 0);
        var buffer = new byte[16 * 1024];
        while (stream.Read(buffer) is > 0 and var count)
            output(buffer.AsMemory(0, count));
    }

    private void Run(ProcessStart start)
    {
        try
        {
            var (pid, output) = Launch.Start(start);
            lock (_gate)
                _pid = pid;
            _output.SetResult(output);
            while (CLibrary.WaitFor(CLibrary.OneProcess, pid, new byte[128], CLibrary.Ended) < 0)
            {
                if (Marshal.GetLastPInvokeError() != CLibrary.Interrupted)
                    throw new WorkerException($"waitid failed with error {Marshal.GetLastPInvokeError()}");
            }

            // What it has left behind goes with it. Until it is waited for, nobody else gets its number.
            var (usage, status) = (new long[32], 0);
            lock (_gate)
            {
                _ = CLibrary.Kill(-pid, CLibrary.SigKill);
                _pid = 0;
                _ = CLibrary.Wait(pid, out status, 0, usage);
            }

            var signal = status & 0x7f;
            var cpu = TimeSpan.FromSeconds(usage[0] + usage[2]) + TimeSpan.FromMicroseconds(usage[1] + usage[3]);
            _end.SetResult(new ProcessEnd(signal == 0 ? (status >> 8) & 0xff : null, signal == 0 ? null : signal, cpu));
        }
        catch (Exception e)
        {
            _output.TrySetException(e);
            _end.TrySetException(e);
        }
    }
}

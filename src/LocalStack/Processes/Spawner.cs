using System.Collections.Concurrent;
using System.Diagnostics;
using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Processes;

/// <summary>
/// Starts the processes of the stack: in a session of their own, so Ctrl-C in the terminal reaches only us and we stop them
/// in order; with output straight to a file, so no pipe breaks when we end; and, on Linux, with a signal when we die.
/// </summary>
/// <remarks>
/// The kernel sends that signal when the <em>thread</em> that started the process ends, and threads of the pool do end. One
/// thread that lives as long as we do therefore starts all processes.
/// </remarks>
public static class Spawner
{
    private static readonly BlockingCollection<Task<Process>> Work = [];
    private static readonly Lazy<bool> HasSetsid = new(() => Tools.Find("setsid") is not null);
    private static readonly Lazy<bool> HasDeathSignal = new(() => Tools.Succeeds("setpriv", "--pdeathsig", "TERM", "true"));

    static Spawner() => new Thread(() =>
    {
        foreach (var start in Work.GetConsumingEnumerable())
            start.RunSynchronously();
    })
    { IsBackground = true, Name = "spawner" }.Start();

    /// <summary>Starts a process.</summary>
    public static async Task<Process> StartAsync(LaunchPlan plan)
    {
        var command = Command(plan);
        var start = new Task<Process>(() => Start(plan, command), TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(start);
        return await start;
    }

    private static Process Start(LaunchPlan plan, IReadOnlyList<string> command)
    {
        // .NET leaves the terminal alone when all three are redirected; the shell redirects them again at once.
        var info = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = plan.WorkingDirectory ?? "",
        };
        foreach (var argument in (string[])["-c", "log=$1; shift; exec \"$@\" </dev/null >>\"$log\" 2>&1", "sh", plan.LogFile])
            info.ArgumentList.Add(argument);
        foreach (var argument in command)
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in plan.Environment)
            info.Environment[name] = value;

        var process = Process.Start(info) ?? throw new InvalidOperationException($"{plan.FileName} was not started");
        process.StandardInput.Close();
        return process;
    }

    private static List<string> Command(LaunchPlan plan)
    {
        var command = new List<string>();
        if (HasSetsid.Value)
            command.Add("setsid");

        string[] orphaned = plan.SignalWhenOrphaned is { } signal && HasDeathSignal.Value ? ["--pdeathsig", Name(signal)] : [];
        if (plan.User is { } user)
            command.AddRange(UnprivilegedUser.Prefix(user, orphaned));
        else if (orphaned.Length > 0)
            command.AddRange(["setpriv", .. orphaned]);

        return [.. command, plan.FileName, .. plan.Arguments];
    }

    private static string Name(Signal signal) => signal switch
    {
        Signal.Interrupt => "INT",
        Signal.Quit => "QUIT",
        Signal.Kill => "KILL",
        _ => "TERM",
    };
}

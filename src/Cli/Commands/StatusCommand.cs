using System.CommandLine;
using Pylon.Cli.Output;
using Pylon.LocalStack.Services;
using Pylon.LocalStack.Stacks;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon status</c>: what runs where.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Verb("status", "Show what runs where; exit code 5 when Pylon is not up", "status --json");
        command.Add(command.Json);
        command.SetAction(parsed => Run(context, parsed.GetValue(command.Json)));
        return command;
    }

    private static int Run(CommandContext context, bool json)
    {
        var state = StackState.Read(context.Checkout);
        var phase = state.IsSupervised ? state.Phase : StackPhase.Stopped;
        var rows = state.Processes.Select(Row).ToList();
        if (json)
            context.Screen.JsonOf(new { phase = phase.ToString().ToLowerInvariant(), supervisor_pid = state.Supervisor?.Pid, processes = rows, addresses = EnvFile.Read(context.Checkout).Where(each => each.Key != AccessKeys.KeySetting).ToDictionary() });
        else
            Show(context.Screen, state, phase, rows);
        return phase == StackPhase.Ready ? ExitCode.Done : ExitCode.Unreachable;
    }

    private static void Show(Screen screen, StackState state, StackPhase phase, List<ProcessRow> rows)
    {
        screen.Line((phase, rows.Exists(row => row.State == "running")) switch
        {
            (StackPhase.Stopped, true) => "The supervisor was killed and left processes behind. Stop them with ./pylon down",
            (StackPhase.Stopped, false) => "Pylon is not running here. Start it with ./pylon up",
            (StackPhase.Ready, _) => $"Pylon is up (supervisor pid {state.Supervisor?.Pid}).",
            _ => $"Pylon is {phase.ToString().ToLowerInvariant()} (supervisor pid {state.Supervisor?.Pid}).",
        });
        if (state.IsSupervised || rows.Exists(row => row.State == "running"))
            screen.Show(Processes(rows));
    }

    internal static Sheet Processes(IEnumerable<ProcessRow> rows)
    {
        var sheet = new Sheet(new("process"), new("state"), new("pid", Right: true, Rank: 2), new("address"), new("since (UTC)", Rank: 3), new("memory", Right: true, Rank: 1), new("of it program files", Right: true, Rank: 4));
        foreach (var row in rows)
        {
            var restarts = row.Restarts > 0 ? $" (restarted {row.Restarts}×)" : "";
            sheet.Add(row.Process, row.State + restarts, row.Pid.ToString(), row.Address, Figures.Moment(row.Since), Megabytes(row.MemoryBytes), Megabytes(row.FileBytes));
        }

        return sheet;
    }

    private static string Megabytes(long? bytes) => bytes is { } known ? $"{known / 1048576.0:0} MB" : Words.None;

    private static ProcessRow Row(RecordedProcess process)
    {
        var alive = process.Identity.IsAlive;
        var memory = process.Identity.Memory();
        return new ProcessRow(
            process.Name, alive ? "running" : "ended", process.Identity.Pid, process.Address, process.Since, memory?.Resident, memory?.Files, process.Restarts, process.Log);
    }
}

/// <summary>A line of <c>pylon status</c>.</summary>
internal sealed record ProcessRow(string Process, string State, int Pid, string Address, DateTimeOffset Since, long? MemoryBytes, long? FileBytes, int Restarts, string Log);

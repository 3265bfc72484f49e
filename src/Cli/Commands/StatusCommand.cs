using System.CommandLine;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Stacks;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon status</c>: what runs where.</summary>
internal static class StatusCommand
{
    public static Command Create(Checkout checkout)
    {
        var json = Options.Json();
        var command = new Command("status", "Show what runs where; exit code 3 when Pylon is not up") { json };
        command.SetAction(parsed => Run(checkout, parsed.GetValue(json)));
        return command;
    }

    private static int Run(Checkout checkout, bool json)
    {
        var state = StackState.Read(checkout);
        var phase = state.IsSupervised ? state.Phase : StackPhase.Stopped;
        var rows = state.Processes.Select(Row).ToList();
        if (json)
            Tables.WriteJson(new { phase = phase.ToString().ToLowerInvariant(), supervisor_pid = state.Supervisor?.Pid, processes = rows, addresses = EnvFile.Read(checkout) });
        else
            Show(state, phase, rows);
        return phase == StackPhase.Ready ? 0 : 3;
    }

    private static void Show(StackState state, StackPhase phase, List<ProcessRow> rows)
    {
        Console.WriteLine((phase, rows.Exists(row => row.State == "running")) switch
        {
            (StackPhase.Stopped, true) => "The supervisor was killed and left processes behind. Stop them with ./pylon down",
            (StackPhase.Stopped, false) => "Pylon is not running here. Start it with ./pylon up",
            (StackPhase.Ready, _) => $"Pylon is up (supervisor pid {state.Supervisor?.Pid}).",
            _ => $"Pylon is {phase.ToString().ToLowerInvariant()} (supervisor pid {state.Supervisor?.Pid}).",
        });
        if (state.IsSupervised || rows.Exists(row => row.State == "running"))
            AnsiConsole.Write(Tables.Processes(rows));
    }

    private static ProcessRow Row(RecordedProcess process)
    {
        var alive = process.Identity.IsAlive;
        var memory = process.Identity.Memory();
        return new ProcessRow(
            process.Name, alive ? "running" : "ended", process.Identity.Pid, process.Address, process.Since, memory?.Resident, memory?.Files, process.Restarts, process.Log);
    }
}

using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary>Shows steps: on a terminal the outcome replaces the open step, in a file each has a line.</summary>
internal sealed class ConsoleReporter : IStackReporter
{
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(1.5);

    private readonly Lock _lock = new();
    private readonly bool _interactive = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
    private readonly ITimer _announce;
    private readonly List<string> _open = [];
    private bool _announced;

    /// <inheritdoc cref="ConsoleReporter"/>
    public ConsoleReporter() =>
        _announce = TimeProvider.System.CreateTimer(_ => Announce(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Begin(string step)
    {
        lock (_lock)
        {
            Clear();
            _open.Add(step);
            _announced = _interactive;
            if (_interactive)
                AnsiConsole.Markup(Open);
            else
                _announce.Change(Brief, Timeout.InfiniteTimeSpan);
        }
    }

    public void Done(string step, string detail, TimeSpan took) =>
        End(step, $"  [green]✓[/] {Markup.Escape(step),-14} {Markup.Escape(detail)} [grey]{took.TotalSeconds:0.0} s[/]");

    public void Failed(string step) => End(step, $"  [red]✗[/] {Markup.Escape(step)}");

    public void Note(string text) => Line($"    [grey]{Markup.Escape(text)}[/]");

    public void Warn(string text) => Line($"  [yellow]![/] {Markup.Escape(text)}");

    private string Open => $"  [grey]…[/] {Markup.Escape(string.Join(", ", _open))}";

    private void Line(string markup)
    {
        lock (_lock)
        {
            Announce();
            Write(markup);
        }
    }

    private void End(string step, string markup)
    {
        lock (_lock)
        {
            Clear();
            _open.Remove(step);
            Write(markup);
        }
    }

    private void Write(string markup)
    {
        Clear();
        AnsiConsole.MarkupLine(markup);
        if (_interactive && _open.Count > 0)
            AnsiConsole.Markup(Open);
    }

    // In a file a step has a line of its own only when it takes long or has notes.
    private void Announce()
    {
        lock (_lock)
        {
            if (_announced || _open.Count == 0)
                return;
            _announced = true;
            AnsiConsole.MarkupLine(Open);
        }
    }

    private void Clear()
    {
        if (_interactive && _open.Count > 0)
            Console.Write("\r\e[2K");
    }
}

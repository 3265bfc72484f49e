using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary>Shows steps on a terminal, where the open one is replaced by its outcome, or as lines in a file.</summary>
internal sealed class ConsoleReporter : IStackReporter
{
    private static readonly TimeSpan Brief = TimeSpan.FromSeconds(1.5);

    private readonly Lock _lock = new();
    private readonly bool _interactive = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
    private readonly ITimer _announce;
    private string? _open;
    private bool _announced;

    /// <inheritdoc cref="ConsoleReporter"/>
    public ConsoleReporter() =>
        _announce = TimeProvider.System.CreateTimer(_ => Announce(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    public void Begin(string step)
    {
        lock (_lock)
        {
            _open = $"  [grey]…[/] {Markup.Escape(step)}";
            _announced = _interactive;
            if (_interactive)
                AnsiConsole.Markup(_open);
            else
                _announce.Change(Brief, Timeout.InfiniteTimeSpan);
        }
    }

    public void Done(string step, string detail, TimeSpan took)
    {
        lock (_lock)
        {
            Clear();
            _open = null;
            AnsiConsole.MarkupLine($"  [green]✓[/] {Markup.Escape(step),-14} {Markup.Escape(detail)} [grey]{took.TotalSeconds:0.0} s[/]");
        }
    }

    public void Failed(string step)
    {
        lock (_lock)
        {
            Clear();
            _open = null;
            AnsiConsole.MarkupLine($"  [red]✗[/] {Markup.Escape(step)}");
        }
    }

    public void Note(string text) => Line($"    [grey]{Markup.Escape(text)}[/]");

    public void Warn(string text) => Line($"  [yellow]![/] {Markup.Escape(text)}");

    private void Line(string markup)
    {
        lock (_lock)
        {
            Announce();
            Clear();
            AnsiConsole.MarkupLine(markup);
            if (_interactive && _open is not null)
                AnsiConsole.Markup(_open);
        }
    }

    // In a file a step has a line of its own only when there is something to tell before it is done.
    private void Announce()
    {
        lock (_lock)
        {
            if (_announced || _open is null)
                return;
            _announced = true;
            AnsiConsole.MarkupLine(_open);
        }
    }

    private void Clear()
    {
        if (_interactive && _open is not null)
            Console.Write("\r\e[2K");
    }
}

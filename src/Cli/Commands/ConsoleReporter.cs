using Pylon.Cli.Stack;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary>Shows steps on a terminal, where the open one is replaced by its outcome, or as lines in a file.</summary>
internal sealed class ConsoleReporter : IStackReporter
{
    private readonly Lock _lock = new();
    private readonly bool _interactive = !Console.IsOutputRedirected && AnsiConsole.Profile.Capabilities.Ansi;
    private string? _open;

    public void Begin(string step)
    {
        lock (_lock)
        {
            _open = $"  [grey]…[/] {Markup.Escape(step)}";
            if (_interactive)
                AnsiConsole.Markup(_open);
            else
                AnsiConsole.MarkupLine(_open);
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

    public void Note(string text) => Line($"    [grey]{Markup.Escape(text)}[/]");

    public void Warn(string text) => Line($"  [yellow]![/] {Markup.Escape(text)}");

    private void Line(string markup)
    {
        lock (_lock)
        {
            Clear();
            AnsiConsole.MarkupLine(markup);
            if (_interactive && _open is not null)
                AnsiConsole.Markup(_open);
        }
    }

    private void Clear()
    {
        if (_interactive && _open is not null)
            Console.Write("\r\e[2K");
    }
}

using Pylon.Cli.Output;

namespace Pylon.Cli.Imports;

/// <summary>On a terminal one line that is overwritten, in a file a line for every 10 %; nothing beside JSON.</summary>
internal sealed class ImportProgress(Screen screen, bool json)
{
    private readonly bool _interactive = !Console.IsOutputRedirected && !json;
    private int _tenth;

    public void Show(long lines, double perSecond, int percent)
    {
        var text = $"  {percent,3} %  {Words.Count(lines, "line")}  {perSecond:#,0} lines/s";
        if (_interactive)
            screen.Output.Write("\r\e[2K" + text);
        else if (!json && percent / 10 > _tenth)
            screen.Line(text);
        _tenth = percent / 10;
    }

    public void End()
    {
        if (_interactive)
            screen.Output.Write("\r\e[2K");
    }
}

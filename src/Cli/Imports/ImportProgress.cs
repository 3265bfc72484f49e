
namespace Pylon.Cli.Imports;

/// <summary>On a terminal one line that is overwritten, in a file a line for every 10 %.</summary>
internal sealed class ImportProgress
{
    private readonly bool _interactive = !Console.IsOutputRedirected;
    private int _tenth;

    public void Show(long lines, double perSecond, int percent)
    {
        var text = $"  {percent,3} %  {Words.Count(lines, "line")}  {perSecond:#,0} lines/s";
        if (_interactive)
            Console.Write("\r\e[2K" + text);
        else if (percent / 10 > _tenth)
            Console.WriteLine(text);
        _tenth = percent / 10;
    }

    public void End()
    {
        if (_interactive)
            Console.Write("\r\e[2K");
    }
}

namespace Pylon.Bench.Harness;

/// <summary>One line on a terminal that says what is being measured; silent elsewhere.</summary>
internal sealed class ProgressLine : IDisposable
{
    private readonly bool _interactive = !Console.IsErrorRedirected;

    public void Show(string text)
    {
        if (_interactive)
            Console.Error.Write($"\r\e[2K  {text}");
    }

    public void Clear()
    {
        if (_interactive)
            Console.Error.Write("\r\e[2K");
    }

    public void Dispose() => Clear();
}

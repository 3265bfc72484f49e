using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Servers;

/// <summary>The browser for tests of the web page: the distribution's Chromium.</summary>
public static class Chromium
{
    private const string Advice = "Not installed: Chromium. Install it with your package manager, for example: sudo apt-get install -y chromium";

    private static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome"];

    /// <summary>The path of the program; it is installed when it is missing and that needs no question.</summary>
    /// <exception cref="StackException">It needs one; the message says what to install.</exception>
    public static async Task<string> EnsureAsync(IStackReporter reporter, CancellationToken cancellationToken = default)
    {
        if (Find() is { } found)
            return found;
        // A page without a font has no words.
        await DebianPackages.InstallAsync(["chromium", "fonts-dejavu-core"], Advice, reporter, cancellationToken);
        return Find() ?? throw new StackException(Advice);
    }

    private static string? Find() => Programs.Select(Tools.Find).FirstOrDefault(path => path is not null);
}

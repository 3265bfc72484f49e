using System.ComponentModel;

namespace Pylon.LocalStack.Machine;

/// <summary>The buf program that tests/EndToEnd.Tests/package.json names. npm installs it at its first use.</summary>
public sealed class Buf
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);
    private readonly Checkout _checkout;
    private readonly Lazy<Task<string>> _program;

    /// <summary>The program of this checkout.</summary>
    public Buf(Checkout checkout) => (_checkout, _program) = (checkout, new Lazy<Task<string>>(InstallAsync));

    /// <summary>Runs it in the root of the checkout.</summary>
    /// <exception cref="StackException">It is not installed, and npm could not install it.</exception>
    public async Task<ToolResult> RunAsync(IEnumerable<string> arguments, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        var environment = new Dictionary<string, string?>
        {
            ["NO_PROXY"] = "127.0.0.1",
            ["no_proxy"] = "127.0.0.1",
            // In a container the user may have no home for the default directory.
            ["BUF_CACHE_DIR"] = Path.Combine(Path.GetTempPath(), "pylon-buf-cache"),
        };
        return await Tools.RunAsync(
            await _program.Value, arguments, workingDirectory: _checkout.Root, environment: environment, cancellationToken: limit.Token);
    }

    private async Task<string> InstallAsync()
    {
        var folder = Path.Combine(_checkout.Root, "tests", "EndToEnd.Tests");
        // npm writes the second file last.
        var (wanted, installed) = (Path.Combine(folder, "package-lock.json"), Path.Combine(folder, "node_modules", ".package-lock.json"));
        if (!File.Exists(installed) || File.GetLastWriteTimeUtc(installed) < File.GetLastWriteTimeUtc(wanted))
            await InstallAsync(folder);
        return Path.Combine(folder, "node_modules", ".bin", "buf");
    }

    private static async Task InstallAsync(string folder)
    {
        try
        {
            var result = await Tools.RunAsync("npm", ["ci", "--ignore-scripts"], workingDirectory: folder);
            if (!result.Succeeded)
                throw new StackException($"npm ci in {folder} failed:\n{result.Output}");
        }
        catch (Win32Exception e)
        {
            throw new StackException("npm is not installed; buf comes with it. Install Node.js with npm, for example: sudo apt-get install -y npm", e);
        }
    }
}

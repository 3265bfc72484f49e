using System.ComponentModel;
using System.Diagnostics;
using Pylon.LocalStack.Machine;

namespace Pylon.EndToEnd.Tests.Clients;

/// <summary>The buf command of package.json, which npm brings the first time.</summary>
internal static class Buf
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly string Root = Checkout.Find().Root;
    private static readonly string Folder = Path.Combine(Root, "tests", "EndToEnd.Tests");
    private static readonly Lazy<Task<string>> Program = new(InstallAsync);

    /// <summary>Runs it in the root of the checkout.</summary>
    public static async Task<BufResult> RunAsync(params string[] arguments) => await RunAsync(await Program.Value, arguments, Root);

    /// <summary>A call in native gRPC that knows the server's contract by reflection only.</summary>
    public static Task<BufResult> CallAsync(string address, string method, string request) =>
        RunAsync("curl", "--protocol", "grpc", "--http2-prior-knowledge", "-d", request, $"{address}/{method}");

    private static async Task<string> InstallAsync()
    {
        var program = Path.Combine(Folder, "node_modules", ".bin", "buf");
        if (!File.Exists(program))
        {
            var installed = await RunAsync("npm", ["ci", "--ignore-scripts"], Folder);
            Assert.True(installed.ExitCode == 0, $"npm ci in {Folder} failed: {installed.Error}");
        }

        return program;
    }

    private static async Task<BufResult> RunAsync(string program, IEnumerable<string> arguments, string directory)
    {
        var info = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        info.Environment["NO_PROXY"] = info.Environment["no_proxy"] = "127.0.0.1";
        // In a container the user may have no home to put the defaults in.
        info.Environment["BUF_CACHE_DIR"] = Path.Combine(Path.GetTempPath(), "pylon-buf-cache");
        using var process = Start(info);
        process.StandardInput.Close();
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new BufResult(process.ExitCode, await output, await error);
    }

    private static Process Start(ProcessStartInfo info)
    {
        try
        {
            return Process.Start(info)!;
        }
        catch (Win32Exception e)
        {
            throw new InvalidOperationException($"'{info.FileName}' cannot be run ({e.Message}). These tests need Node.js with npm: install it, for example with apt-get install npm.", e);
        }
    }
}

/// <summary>What the program had to say.</summary>
internal sealed record BufResult(int ExitCode, string Output, string Error)
{
    /// <summary>The output of a run that went well.</summary>
    public string Succeeded()
    {
        Assert.True(ExitCode == 0, $"buf: {ExitCode} {Error}{Output}");
        return Output;
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pylon.LocalStack.Machine;
using Pylon.Testing;

namespace Pylon.Worker.Tests;

/// <summary>A real <c>pylon worker</c>.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _said = new();

    public WorkerProcess(string conductor, string name, string jobs, string directory, params string[] more)
    {
        var checkout = Checkout.Find();
        Name = name;
        var start = new ProcessStartInfo("dotnet") { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, Environment = { ["PYLON_GRPC"] = conductor, ["DOTNET_TieredPGO"] = "0" } };
        foreach (var argument in (string[])[checkout.Program("Cli", TestProcess.Configuration), "worker", "--zone", "UK-SCOT-1", "--name", name, "--jobs", jobs, "--directory", directory, .. more])
            start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        foreach (var reader in (StreamReader[])[_process.StandardOutput, _process.StandardError])
            _ = ReadAsync(reader);
    }

    public string Name { get; }

    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    public void Kill() => _process.Kill();

    /// <summary>Sends a signal by its name.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            lock (_said)
                _said.AppendLine(line);
        }
    }
}

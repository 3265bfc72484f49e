using System.Diagnostics;
using System.Globalization;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Scenarios;

/// <summary>Subscribers in a process of their own, <c>bench/peers/sse-load.c</c>: the same for every server, and cheap.</summary>
internal sealed class SseSubscribers : IDisposable
{
    private static readonly TimeSpan OpenPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan DeliveryPatience = TimeSpan.FromSeconds(20);
    private readonly Process _process;

    private SseSubscribers(Process process, int count) => (_process, Count) = (process, count);

    public int Count { get; }

    /// <summary>Compiles the program; gives its path.</summary>
    public static async Task<string> CompileAsync(Checkout checkout, CancellationToken cancellationToken)
    {
        if (Tools.Find("gcc") is not { } gcc)
            throw new StackException("gcc is not installed; on Debian: apt-get install gcc libc6-dev");
        checkout.MakeHome();
        var program = Path.Combine(checkout.Home, "sse-load");
        var compiled = await Tools.RunAsync(gcc, ["-O2", "-o", program, Path.Combine(checkout.Root, "bench", "peers", "sse-load.c")], cancellationToken: cancellationToken);
        return compiled.Succeeded ? program : throw new StackException("sse-load does not compile: " + compiled.Output);
    }

    /// <summary>Opens them; returns when each has its answer.</summary>
    /// <param name="program">Of <see cref="CompileAsync"/>.</param>
    /// <param name="port">Of the server.</param>
    /// <param name="path">Of the server.</param>
    /// <param name="count">How many.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="ids">A file of the events that they have seen; they come back within a second. Null for new ones.</param>
    public static async Task<SseSubscribers> OpenAsync(string program, int port, string path, int count, CancellationToken cancellationToken, string? ids = null)
    {
        string[] arguments = [$"{port}", path, $"{count}", .. ids is null ? Array.Empty<string>() : [ids]];
        var process = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var subscribers = new SseSubscribers(process, count);
        try
        {
            await subscribers.LineAsync(OpenPatience, cancellationToken);
            return subscribers;
        }
        catch
        {
            subscribers.Dispose();
            throw;
        }
    }

    /// <summary>Forgets what was counted; the next event has this number.</summary>
    public Task BeginAsync(long first, CancellationToken cancellationToken) => AskAsync($"begin {first}", cancellationToken);

    /// <summary>Waits until every subscriber has every event, or patience ends; gives what was measured.</summary>
    public Task<Work> EndAsync(long first, long last, CancellationToken cancellationToken) => ReportAsync((last - first + 1) * Count, last, cancellationToken);

    /// <summary>The same, of subscribers that do not all get the same events.</summary>
    /// <param name="all">The deliveries to all of them together.</param>
    /// <param name="last">The number of the last event.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Work> ReportAsync(long all, long last, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (long.Parse(await AskAsync("count", cancellationToken), CultureInfo.InvariantCulture) < all && Stopwatch.GetElapsedTime(start) < DeliveryPatience)
            await Task.Delay(20, cancellationToken);
        var report = (await AskAsync($"report {last}", cancellationToken)).Split(' ').Select(text => double.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        return new Work((long)report[0])
        {
            More = new Dictionary<string, double>
            {
                ["p50 ms"] = report[1] / 1000,
                ["p99 ms"] = report[2] / 1000,
                ["longest ms"] = report[3] / 1000,
                ["missed"] = report[4],
                ["doubled"] = report[5],
                ["bytes each"] = report[6] / Math.Max(report[0], 1),
            },
        };
    }

    public void Dispose()
    {
        // It ends with its input.
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private async Task<string> AskAsync(string line, CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteAsync((line + "\n").AsMemory(), cancellationToken);
        await _process.StandardInput.FlushAsync(cancellationToken);
        return await LineAsync(DeliveryPatience, cancellationToken);
    }

    private async Task<string> LineAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(patience, cancellationToken) ?? throw new StackException("sse-load ended; its message is above");
}

using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Pylon.Bench.Harness;
using Pylon.LocalStack.Machine;

namespace Pylon.Bench.Door;

/// <summary>
/// h2load of nghttp2, which speaks HTTP/1.1 and HTTP/2 and costs a few microseconds a request, so that on a small machine the
/// load is not what limits. One call after the other on each connection and stream, for a few seconds.
/// </summary>
/// <param name="isHttp2">False for HTTP/1.1, with one stream a connection.</param>
/// <param name="connections">Open at once.</param>
/// <param name="streams">Of each connection.</param>
internal sealed partial class HttpLoad(bool isHttp2, int connections, int streams)
{
    private const string Packages = "nghttp2-client";

    /// <summary>How long one round lasts.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    /// <summary>Makes the calls and checks that each was answered with 200 and as many bytes as it should have.</summary>
    public async Task<Work> RunAsync(HttpCalls calls, int port, TimeSpan duration, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("pylon-bench-");
        try
        {
            var log = Path.Combine(directory.FullName, "log");
            List<string> arguments = ["-D", duration.TotalSeconds.ToString(CultureInfo.InvariantCulture), "-c", $"{connections}", "-m", $"{streams}", "--log-file", log, isHttp2 ? "-pH2C" : "--h1"];
            foreach (var header in calls.Headers)
                arguments.AddRange(["-H", header]);
            if (calls.Body is { } body)
            {
                var file = Path.Combine(directory.FullName, "body");
                await File.WriteAllBytesAsync(file, body, cancellationToken);
                arguments.AddRange(["-d", file]);
            }

            var ran = await Tools.RunAsync(
                PeerProcess.Program("h2load", Packages), [.. arguments, .. calls.Paths.Select(path => $"http://127.0.0.1:{port}{path}")], cancellationToken: cancellationToken);
            return ran.Succeeded && File.Exists(log)
                ? Read(await File.ReadAllLinesAsync(log, cancellationToken), ran.Output, calls)
                : throw new StackException($"h2load failed: {ran.Output}");
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    // A line of the log: when the request began, its status, and how many microseconds it took.
    private static Work Read(IReadOnlyList<string> log, string output, HttpCalls calls)
    {
        var requests = log.Select(line => line.Split('\t')).ToList();
        if (requests.Count == 0 || requests.FirstOrDefault(one => one[1] != "200") is { } failed)
            throw new StackException($"h2load: a call was not answered with 200: {output}");
        // A gRPC call that fails has status 200, too, but no message.
        var bytes = double.Parse(DataBytes().Match(output).Groups["bytes"].Value, CultureInfo.InvariantCulture) / requests.Count;
        if (bytes < calls.LeastBytes)
            throw new StackException($"h2load: the answers have {bytes:0} bytes in place of {calls.LeastBytes} or more");
        var took = requests.Select(one => double.Parse(one[2], CultureInfo.InvariantCulture) / 1000).Order().ToArray();
        return new Work(took.Length)
        {
            More = new Dictionary<string, double> { ["p50 ms"] = took[took.Length / 2], ["p99 ms"] = took[took.Length * 99 / 100] },
        };
    }

    [GeneratedRegex(@"\((?<bytes>\d+)\) data", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex DataBytes();
}

/// <summary>What is called.</summary>
/// <param name="Paths">In turn.</param>
/// <param name="LeastBytes">The bytes that an answer has at least.</param>
internal sealed record HttpCalls(IReadOnlyList<string> Paths, int LeastBytes)
{
    /// <summary>Of each request, as <c>name: value</c>.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Null for a GET.</summary>
    public byte[]? Body { get; init; }
}

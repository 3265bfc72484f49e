using System.Globalization;
using System.Text.RegularExpressions;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;

namespace Pylon.Bench.Harness;

/// <summary>A script of SQL on the tables of the Orchestrator, again and again, its statements prepared.</summary>
internal static partial class Pgbench
{
    [GeneratedRegex("transactions actually processed: (?<count>[0-9]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Processed { get; }

    /// <summary>How often the script ran.</summary>
    /// <param name="postgres">The server.</param>
    /// <param name="script">The text of the script.</param>
    /// <param name="clients">Connections at once.</param>
    /// <param name="length">How long, in whole seconds.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <param name="rate">How often a second; null for as often as it can.</param>
    public static async Task<long> RunAsync(PrivatePostgres postgres, string script, int clients, TimeSpan length, CancellationToken cancellationToken, int? rate = null)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, script, cancellationToken);
            string[] arguments =
            [
                "-n", "-M", "prepared", "-c", $"{clients}", "-j", $"{Math.Min(clients, Environment.ProcessorCount)}", "-T", $"{length.TotalSeconds}", "-f", file,
                .. rate is null ? (string[])[] : ["-R", $"{rate}"],
                $"{postgres.Uri}?options=-csearch_path%3Dorchestrator",
            ];
            var ran = await Tools.RunAsync(PeerProcess.Program("pgbench", "postgresql-contrib"), arguments, cancellationToken: cancellationToken);
            return ran.Succeeded && Processed.Match(ran.Output) is { Success: true } match
                ? long.Parse(match.Groups["count"].ValueSpan, CultureInfo.InvariantCulture)
                : throw new StackException($"pgbench failed: {ran.Output.Trim()}");
        }
        finally
        {
            File.Delete(file);
        }
    }
}

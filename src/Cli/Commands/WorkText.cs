using System.Globalization;
using Grpc.Core;
using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.Conductor.V1;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary>Which worker has which part, and what it said last.</summary>
internal static class WorkText
{
    private const int MostShown = 50;

    /// <summary>The parts of a workload that has begun to run; none when the Conductor does not know it yet, or does not answer.</summary>
    public static async Task<IReadOnlyList<WorkPart>> OfAsync(PylonClient client, Workload workload, CancellationToken cancellationToken)
    {
        if (workload.Run is null)
            return [];
        try
        {
            return (await client.Work.ListWorkAsync(new() { BatchId = workload.Id }, cancellationToken: cancellationToken)).Parts;
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.NotFound or StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Unimplemented)
        {
            return [];
        }
    }

    /// <summary>Those that somebody has or had; of a job all.</summary>
    public static Sheet? Table(IReadOnlyList<WorkPart> parts, bool isJob)
    {
        var shown = parts.Where(part => isJob || part.State == WorkPartState.Running).Take(MostShown).ToList();
        if (shown.Count == 0)
            return null;
        var sheet = new Sheet(
            new("phase"), new("part"), new("state"), new("worker"), new("since (UTC)", Rank: 2), new("attempt", Right: true, Rank: 4), new("Wh", Right: true, Rank: 3), new("last line", Wraps: true, Rank: 1));
        foreach (var part in shown)
        {
            sheet.Add(
                part.Phase,
                part.Part,
                Words.Of(part.State),
                part.Worker.Length > 0 ? part.Worker : Words.None,
                part.ClaimedAt is { } since ? Figures.Moment(since) : Words.None,
                part.Attempts.ToString(CultureInfo.InvariantCulture),
                part.HasEnergyKwh ? (part.EnergyEstimated ? "≈" : "") + Figures.Number(part.EnergyKwh * 1000) : Words.None,
                part.Failure.Length > 0 ? part.Failure : LastLine(part.Output));
        }

        return sheet;
    }

    /// <summary>The last line that is not empty.</summary>
    public static string LastLine(string output) =>
        output.Split('\n').Select(line => line.Trim()).LastOrDefault(line => line.Length > 0) is { } last ? last.Length <= 120 ? last : last[..119] + "…" : "";
}

using Google.Protobuf.WellKnownTypes;
using Pylon.Orchestrator.V1;

namespace Pylon.Orchestrator.Tests.Planning;

/// <summary>Requests of the tests.</summary>
internal static class Requests
{
    public static PlanPlace Place(IEnumerable<double> carbon, IEnumerable<double>? price = null, string zone = "", double? pue = null)
    {
        var place = new PlanPlace { Zone = zone, Carbon = Inline(carbon), Price = price is null ? null : Inline(price) };
        if (pue is { } given)
            place.Pue = given;
        return place;
    }

    public static PlanSeries Inline(IEnumerable<double> values) => new() { Inline = new PlanInlineSeries { Values = { values } } };

    public static PlanJob Job(int arrival, int duration, int? slack = null, bool interruptible = false)
    {
        var job = new PlanJob { ArrivalStep = arrival, DurationSteps = duration, Interruptible = interruptible };
        if (slack is { } steps)
            job.SlackSteps = steps;
        return job;
    }

    public static PlanWindowRequest Window(PlanJob job, params IEnumerable<PlanPlace> places) => new() { Places = { places }, Job = job };

    public static IEnumerable<int> Steps(this Plan plan) => plan.Pieces.SelectMany(piece => Enumerable.Range(piece.FirstStep, piece.Steps));

    /// <summary>Repeats every few days with ties, and drifts; made up.</summary>
    public static double[] MadeUp(int count) => [.. Enumerable.Range(0, count).Select(n => 200 + (5 * (n * 7 % 31)) + (n % 24 < 6 ? -40 : 0) + (n / 240 * 0.25))];

    public static Timestamp At(string time) => DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture).ToTimestamp();
}

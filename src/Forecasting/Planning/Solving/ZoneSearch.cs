using System.Numerics;
using Pylon.Forecasting.Planning.Requests;
using Pylon.Forecasting.Planning.Series;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>Solves a checked request in each of its zones.</summary>
internal static class ZoneSearch
{
    public static ZoneOptions Find(PlanRequest request, CancellationToken cancellationToken)
    {
        var window = SearchWindow.Of(request);
        var zones = request.Zones.Where(zone => request.Limits.Allows(zone.Id)).ToList();
        if (zones.Count == 0 || window.Length < request.Duration)
            return new ZoneOptions([], true, null);
        if (Coefficients.Of(request.Objective, zones, window) is not { } coefficients)
            return new ZoneOptions([], true, PlanRefusal.Invalid("objective", "needs a mean carbon intensity and a mean price above 0 in the window for weights"));
        var energy = new JobEnergy(request);
        var (options, isProven) = (new List<PlanOption>(), true);
        foreach (var zone in zones)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var inZone = new ZoneWindow(request, zone, window, coefficients, energy);
            if (CostSize.Check(request, inZone) is { } refusal)
                return new ZoneOptions([], true, refusal);
            var found = Find(request, inZone, cancellationToken);
            isProven &= found.IsProven;
            if (found.Steps is { } steps)
                options.Add(OptionBuilder.Build(request, inZone, coefficients, IsNowEnough(request, inZone, steps) ? found with { Steps = Now(request), IsProven = true } : found));
        }

        return new ZoneOptions([.. options.OrderBy(option => option.ExactCost).ThenBy(option => option.ZoneId, StringComparer.Ordinal)], isProven, null);
    }

    private static Found Find(PlanRequest request, ZoneWindow window, CancellationToken cancellationToken)
    {
        if (PieceSolver.IsConsecutive(request))
        {
            var steps = ConsecutiveSolver.Best(window, cancellationToken);
            return new Found(steps, steps is null ? 0 : window.Energy.Sum(steps, window.Costs), true);
        }

        var isFree = !PieceSolver.IsNeeded(request);
        Func<Int128[], int[]?> solve = isFree
            ? costs => SmallestSolver.Best(request.Duration, window.Blocked, costs)
            : new PieceSolver(request, window.Energy, window.Blocked).Best;
        return new LimitedSearch(window, solve, cancellationToken).Run(isFree);
    }

    private static int[] Now(PlanRequest request) => [.. Enumerable.Range(0, request.Duration)];

    private static bool IsNowEnough(PlanRequest request, ZoneWindow window, int[] steps) =>
        request.Limits.MinSaving is { } least && window.IsAllowed(Now(request))
        && IsBelow(least, window.Energy.Sum(Now(request), window.Costs), window.Energy.Sum(steps, window.Costs));

    // (now - chosen) / |now| × 100 < least, in integers.
    private static bool IsBelow(decimal least, Int128 now, Int128 chosen) =>
        (BigInteger)(now - chosen) * 100_000_000 < (BigInteger)(least * 1_000_000) * (BigInteger)Int128.Abs(now);
}

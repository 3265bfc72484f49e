using System.Numerics;
using Pylon.Forecasting.Planning.Requests;

namespace Pylon.Forecasting.Planning.Solving;

/// <summary>The energy of each step of a job in units of <see cref="UnitJoules"/>, the largest that divides all of them.</summary>
internal sealed class JobEnergy
{
    public JobEnergy(PlanRequest request)
    {
        UnitJoules = request.Power.Pieces.Aggregate(request.RestartJoules, (unit, piece) => (long)BigInteger.GreatestCommonDivisor(unit, piece.JoulesPerStep));
        Pieces = [.. request.Power.Pieces.Select(piece => piece with { JoulesPerStep = piece.JoulesPerStep / UnitJoules })];
        PerStep = [.. Pieces.SelectMany(piece => Enumerable.Repeat(piece.JoulesPerStep, piece.Steps))];
        Restart = request.RestartJoules / UnitJoules;
        Total = request.Power.Joules / UnitJoules;
    }

    public long UnitJoules { get; }

    public IReadOnlyList<PowerPiece> Pieces { get; }

    public long[] PerStep { get; }

    /// <summary>Of one restart.</summary>
    public long Restart { get; }

    /// <summary>Without restarts.</summary>
    public Int128 Total { get; }

    public bool IsFlat => Pieces.Count == 1;

    /// <summary>The sum of energy × value over the steps of the job and its restarts.</summary>
    /// <param name="steps">In the order of time.</param>
    public Int128 Sum(int[] steps, Int128[] values)
    {
        var sum = Int128.Zero;
        for (var n = 0; n < steps.Length; n++)
            sum += (PerStep[n] + (IsRestart(steps, n) ? Restart : 0)) * values[steps[n]];
        return sum;
    }

    /// <summary>Total and restarts.</summary>
    public Int128 Used(int[] steps) => Total + ((Int128)Restart * Enumerable.Range(0, steps.Length).Count(n => IsRestart(steps, n)));

    private static bool IsRestart(int[] steps, int n) => n > 0 && steps[n] != steps[n - 1] + 1;
}

namespace Pylon.Bench.Soak;

/// <summary>Waits for a stack to come to rest.</summary>
internal static class Quiet
{
    /// <summary>Checks until everything holds, or patience ends; what was found then, and how long it took.</summary>
    /// <param name="check">Says what holds now.</param>
    /// <param name="patience">After so long what does not hold is told.</param>
    /// <param name="pause">Between two checks.</param>
    /// <param name="notYet">Is called with each finding that does not hold everywhere; null for nobody.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    public static async Task<(IReadOnlyList<SoakFinding> Findings, TimeSpan Took)> WaitAsync(
        Func<CancellationToken, Task<IReadOnlyList<SoakFinding>>> check, TimeSpan patience, TimeSpan pause, Action<IReadOnlyList<SoakFinding>, TimeSpan>? notYet, CancellationToken cancellationToken)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var findings = await check(cancellationToken);
            var took = TimeProvider.System.GetElapsedTime(began);
            if (findings.All(finding => finding.Holds) || took > patience)
                return (findings, took);
            notYet?.Invoke(findings, took);
            await Task.Delay(pause, cancellationToken);
        }
    }
}

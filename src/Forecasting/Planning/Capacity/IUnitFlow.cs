namespace Pylon.Forecasting.Planning.Capacity;

/// <summary>A flow of either width of integers.</summary>
internal interface IUnitFlow
{
    /// <summary>The index of the first job that does not fit; null when all do.</summary>
    int? Run(CancellationToken cancellationToken);

    /// <summary>Of each job, in the order of time.</summary>
    IReadOnlyList<int[]> Steps();
}

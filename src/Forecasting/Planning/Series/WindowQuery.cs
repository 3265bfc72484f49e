using System.Runtime.InteropServices;

namespace Pylon.Forecasting.Planning.Series;

/// <summary>
/// Where a job may run: <paramref name="Duration"/> steps within the first duration + slack steps from
/// <paramref name="Arrival"/>, cut at the end of the series.
/// </summary>
/// <param name="Arrival">Index of the first step that may be used, 0 or more.</param>
/// <param name="Duration">Steps of work, 1 or more.</param>
/// <param name="Slack">Steps by which the end may be later than without waiting, 0 or more.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct WindowQuery(int Arrival, int Duration, int Slack);

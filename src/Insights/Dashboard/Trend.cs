namespace Pylon.Insights.Dashboard;

/// <summary>The words for how an hour compares with the one before.</summary>
internal static class Trend
{
    public const string Rising = "rising";
    public const string Falling = "falling";
    public const string Steady = "steady";
    public const string NoData = "no_data";

    // A change that is smaller is none.
    private const double Change = 0.05;

    /// <param name="kg">kg CO2e of the hour; null when it has no events.</param>
    /// <param name="before">The same of the hour before.</param>
    public static string Of(double? kg, double? before) => (kg, before) switch
    {
        ({ } now, { } then) when now > 0 && now >= then * (1 + Change) => Rising,
        ({ } now, { } then) when then > 0 && now <= then * (1 - Change) => Falling,
        ({ }, { }) => Steady,
        _ => NoData,
    };
}

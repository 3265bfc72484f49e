namespace Pylon.Ingestion.Forecasts;

/// <summary>Half hours of a series; NaN where there is no value.</summary>
/// <param name="Start">Of the first, on the hour.</param>
/// <param name="Actual">What was measured.</param>
/// <param name="Best">What was measured, else the last published forecast.</param>
internal sealed record HalfHourValues(DateTimeOffset Start, double[] Actual, double[] Best)
{
    /// <summary>The means of the hours with two values; NaN for the others.</summary>
    public static double[] Hours(double[] halfHours)
    {
        var hours = new double[halfHours.Length / 2];
        for (var i = 0; i < hours.Length; i++)
            hours[i] = (halfHours[2 * i] + halfHours[(2 * i) + 1]) / 2;
        return hours;
    }
}

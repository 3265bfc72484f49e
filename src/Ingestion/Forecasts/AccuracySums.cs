namespace Pylon.Ingestion.Forecasts;

/// <summary>A row of forecast_accuracy: the errors of one kind of forecast over the hours of a day, for 6 hours ahead.</summary>
/// <param name="Day">UTC, of the hours that came.</param>
/// <param name="FromHour">The first of the 6 hours ahead, from 1.</param>
/// <param name="Model">published, or one of the models.</param>
internal sealed record AccuracySums(DateOnly Day, int FromHour, string Model)
{
    public int Pairs { get; private set; }

    public double AbsoluteError { get; private set; }

    /// <summary>Forecast less actual.</summary>
    public double Error { get; private set; }

    /// <summary>2|f-a|/(|f|+|a|), 0 where both are 0.</summary>
    public double SymmetricError { get; private set; }

    public int Banded80 { get; private set; }

    public int Inside80 { get; private set; }

    public int Banded95 { get; private set; }

    public int Inside95 { get; private set; }

    /// <summary>Pairs for which the last day and the last week are known.</summary>
    public int NaivePairs { get; private set; }

    public double LastDayError { get; private set; }

    public double LastWeekError { get; private set; }

    /// <param name="forecast">The value.</param>
    /// <param name="actual">What came.</param>
    /// <param name="half80">Half the width of the band; null without one.</param>
    /// <param name="half95">The same for 95 %.</param>
    public void Add(double forecast, double actual, double? half80, double? half95)
    {
        var (error, size) = (forecast - actual, Math.Abs(forecast) + Math.Abs(actual));
        Pairs++;
        Error += error;
        AbsoluteError += Math.Abs(error);
        SymmetricError += size > 0 ? 2 * Math.Abs(error) / size : 0;
        Banded80 += half80 is null ? 0 : 1;
        Inside80 += Math.Abs(error) <= half80 ? 1 : 0;
        Banded95 += half95 is null ? 0 : 1;
        Inside95 += Math.Abs(error) <= half95 ? 1 : 0;
    }

    /// <summary>The errors of the simple forecasts of the same hour.</summary>
    public void AddNaive(double lastDayError, double lastWeekError)
    {
        NaivePairs++;
        LastDayError += Math.Abs(lastDayError);
        LastWeekError += Math.Abs(lastWeekError);
    }
}

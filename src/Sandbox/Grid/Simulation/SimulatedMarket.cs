namespace Pylon.Sandbox.Grid.Simulation;

/// <summary>Demand in MW and prices in GBP/MWh of <see cref="SimulatedGrid"/>.</summary>
internal static class SimulatedMarket
{
    public const int WindCapacity = 6_600;
    public const int SolarCapacity = 23_000;
    private const double MeanDemand = 28_000;

    /// <summary>The metered national demand (INDO, ND).</summary>
    public static int Demand(DateTimeOffset window) =>
        (int)((MeanDemand * SimulatedGrid.Demand(window)) - (0.35 * EmbeddedSolar(window)) + (180 * Noise.Of(Noise.Demand, HalfHours.Number(window))));

    /// <summary>With station load, pumping and exports (ITSDO, TSD).</summary>
    public static int TransmissionDemand(DateTimeOffset window) => Demand(window) + 600 + (int)(900 * (1.2 - SimulatedGrid.Demand(window)));

    /// <summary>The demand forecast that was issued at <paramref name="issued"/>.</summary>
    public static int ExpectedDemand(DateTimeOffset window, DateTimeOffset issued)
    {
        var days = Math.Max(0.2, (window - issued).TotalDays);
        return Demand(window) + (int)(150 * days * Noise.Of(Noise.Issue, HalfHours.Number(window), issued.UtcDateTime.Ticks / TimeSpan.TicksPerDay));
    }

    public static int EmbeddedWind(DateTimeOffset window) => (int)(WindCapacity * Math.Clamp(SimulatedGrid.Wind(window) * 0.4, 0, 0.95));

    public static int EmbeddedSolar(DateTimeOffset window) => (int)(SolarCapacity * 0.6 * SimulatedGrid.Sun(window));

    /// <summary>Negative in windy nights.</summary>
    public static decimal SystemPrice(DateTimeOffset window)
    {
        var scarce = SimulatedGrid.Demand(window) - (0.45 * SimulatedGrid.Wind(window));
        return decimal.Round((decimal)((150 * scarce) - 10 + (25 * Noise.Of(Noise.Price, HalfHours.Number(window)))), 2);
    }

    public static decimal MarketPrice(DateTimeOffset window) => decimal.Round(((SystemPrice(window) + SystemPrice(window + HalfHours.Length)) / 2) + 1.5m, 2);

    /// <summary>MWh.</summary>
    public static decimal MarketVolume(DateTimeOffset window) => decimal.Round((decimal)(1_400 + (600 * Noise.Of(Noise.Volume, HalfHours.Number(window)))), 2);

    /// <summary>MWh; positive when the system was short.</summary>
    public static decimal Imbalance(DateTimeOffset window) => decimal.Round((decimal)(420 * Noise.Of(Noise.Volume, HalfHours.Number(window), 1)), 4);
}

using Microsoft.Extensions.Time.Testing;
using Pylon.Insights.Simulation;
using Pylon.Insights.Tests.Intensity;
using Pylon.Insights.Tests.Models;

namespace Pylon.Insights.Tests.Simulation;

/// <summary>Simulators on the shipped factors.</summary>
internal static class Simulators
{
    public static Simulator New(FakeIngestion? ingestion = null)
    {
        var time = new FakeTimeProvider(Make.Start);
        return new Simulator(Make.Models, Intensities.Of(ingestion ?? new FakeIngestion(), time), time);
    }
}

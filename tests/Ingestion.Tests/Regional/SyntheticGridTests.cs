using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Settlement;

namespace Pylon.Ingestion.Tests.Regional;

public sealed class SyntheticGridTests
{
    private static readonly DateTimeOffset Winter = new(2026, 1, 12, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Summer = new(2026, 6, 22, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void EveryMixIsWholeInTenthsAndHasTheNineFuels()
    {
        foreach (var start in Year())
        {
            foreach (var region in SyntheticGrid.RegionIds)
            {
                var mix = SyntheticGrid.Mix(region, start);
                Assert.Equal(GenerationMix.Fuels, mix.Select(f => f.Fuel));
                Assert.Equal(100.0m, mix.Sum(f => f.Percent));
                Assert.All(mix, f => Assert.True(f.Percent is >= 0 and <= 100 && f.Percent * 10 % 1 == 0, $"{region} {start} {f}"));
                Assert.InRange(GenerationMix.Intensity(mix), 0, 400);
            }
        }
    }

    [Fact]
    public void SameHalfHourIsTheSameForEver() =>
        Assert.Equal(SyntheticGrid.Mix(10, Summer), SyntheticGrid.Mix(10, Summer));

    [Fact]
    public void RegionsKeepTheirCharacter()
    {
        Assert.True(MeanIntensity(1) < 120, "North Scotland is windy");
        Assert.True(MeanIntensity(7) > 250, "South Wales burns gas");
        Assert.True(MeanIntensity(1) < MeanIntensity(18) && MeanIntensity(18) < MeanIntensity(7));
    }

    [Fact]
    public void SunShinesByDayAndMoreInSummer()
    {
        decimal Solar(DateTimeOffset at) => SyntheticGrid.Mix(12, at).Single(f => f.Fuel == "solar").Percent;

        Assert.Equal(0, Solar(Summer));
        Assert.Equal(0, Solar(Winter.AddHours(18)));
        Assert.True(Solar(Summer.AddHours(12)) > Solar(Winter.AddHours(12)));
    }

    [Fact]
    public void ContainerLiesBetweenItsAreas()
    {
        var areas = new[] { 6, 7 }.Select(a => GenerationMix.Intensity(SyntheticGrid.Mix(a, Winter))).ToArray();

        Assert.InRange(GenerationMix.Intensity(SyntheticGrid.Mix(17, Winter)), areas.Min() - 1, areas.Max() + 1);
    }

    [Fact]
    public void IntensityIsTheMixTimesThePublishedFactors() =>
        Assert.Equal(205, GenerationMix.Intensity([new("gas", 50m), new("wind", 43.7m), new("biomass", 6.3m)]));

    [Fact]
    public void HalfHourContainsItsStartAndNotItsEnd()
    {
        Assert.Equal(Winter, HalfHour.Containing(Winter));
        Assert.Equal(Winter, HalfHour.Containing(Winter.AddMinutes(30).AddTicks(-1)));
        Assert.Equal(Winter.AddMinutes(30), HalfHour.Containing(new DateTimeOffset(2026, 1, 12, 1, 45, 0, TimeSpan.FromHours(1))));
    }

    private static double MeanIntensity(int region) => Year().Average(start => GenerationMix.Intensity(SyntheticGrid.Mix(region, start)));

    // Prime steps of 7.5 hours meet every hour of the day and every season.
    private static IEnumerable<DateTimeOffset> Year() => Enumerable.Range(0, 1168).Select(n => Winter.AddHours(7.5 * n));
}

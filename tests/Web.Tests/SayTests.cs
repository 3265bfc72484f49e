using Pylon.Web.Words;

namespace Pylon.Web.Tests;

public class SayTests
{
    [Theory]
    [InlineData(0, "0 g CO₂")]
    [InlineData(0.1234, "0.12 g CO₂")]
    [InlineData(999, "999 g CO₂")]
    [InlineData(1234, "1.23 kg CO₂")]
    [InlineData(-45_678, "−45.7 kg CO₂")]
    [InlineData(12_345_678, "12.3 t CO₂")]
    public void AmountsOfCarbonHaveAFittingUnit(double grams, string words) => Assert.Equal(words, Say.Grams(grams));

    [Theory]
    [InlineData(0, "£0")]
    [InlineData(0.004, "under 1 p")]
    [InlineData(-12.5, "−£12.50")]
    [InlineData(1234.5, "£1,234.50")]
    public void MoneyHasItsPence(double pounds, string words) => Assert.Equal(words, Say.Pounds(pounds));

    [Theory]
    [InlineData(0.25, "250 ms")]
    [InlineData(45, "45 s")]
    [InlineData(3 * 60, "3 min")]
    [InlineData(2 * 3600, "2 h")]
    [InlineData((26 * 3600) + (60 * 5), "26 h 5 min")]
    [InlineData(3 * 24 * 3600, "3 d 0 h")]
    public void TimesAreInTheirTwoLargestUnits(double seconds, string words) => Assert.Equal(words, Say.Span(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void WhatIsNotKnownSaysSo() =>
        Assert.All([Say.Grams(null), Say.Pounds(null), Say.Intensity(null), Say.Energy(null), Say.Power(null), Say.Percent(null)], words => Assert.Equal("not known", words));
}

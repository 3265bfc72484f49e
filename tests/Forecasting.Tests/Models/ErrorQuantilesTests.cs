using Pylon.Forecasting.Models;

namespace Pylon.Forecasting.Tests.Models;

public sealed class ErrorQuantilesTests
{
    [Theory]
    [InlineData(3, null, null)]
    [InlineData(4, 4.0, null)]
    [InlineData(18, 16.0, null)]
    [InlineData(19, 16.0, 19.0)]
    [InlineData(42, 35.0, 41.0)]
    public void QuantileIsThatOfTheOriginsAndOneMore(int origins, double? of80, double? of95)
    {
        // Every hour of an origin has the same error, 1 to the number of origins.
        var errors = Enumerable.Range(1, origins).Select(n => Enumerable.Repeat((double)n, 168).ToArray()).ToList();

        Assert.Equal((of80, of95), new ErrorQuantiles(errors, 42).At(0));
        Assert.Equal((of80, of95), new ErrorQuantiles(errors, 42).At(200));
    }

    [Fact]
    public void BlockTakesTheFirstOriginsThatHaveAnErrorInIt()
    {
        var known = Enumerable.Repeat(double.NaN, 12).ToArray();
        var errors = Enumerable.Range(1, 10).Select(n => known.Select((_, k) => k < 6 || n > 3 ? n : double.NaN).ToArray()).ToList();

        var quantiles = new ErrorQuantiles(errors, mostOrigins: 5);

        Assert.Equal((5.0, null), quantiles.At(5));
        Assert.Equal((8.0, null), quantiles.At(6));
        Assert.Equal((null, null), quantiles.At(12));
    }
}

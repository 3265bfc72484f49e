using Pylon.Forecasting.Gaps;

namespace Pylon.Forecasting.Tests.Gaps;

public class GapLineTests
{
    private const double None = double.NaN;

    [Fact]
    public void GapIsALineBetweenItsNeighbours()
    {
        double[] values = [10, None, None, None, 50, 7, None, 9];

        var gaps = GapLine.Fill(values, 3);

        Assert.Equal([10, 20, 30, 40, 50, 7, 8, 9], values);
        Assert.Equal([new Gap(1, 3, true), new Gap(6, 1, true)], gaps);
    }

    [Fact]
    public void EndsAndLongGapsStay()
    {
        double[] values = [None, 1, None, None, 4, None];

        var gaps = GapLine.Fill(values, 1);

        Assert.Equal([None, 1, None, None, 4, None], values);
        Assert.Equal([new Gap(0, 1, false), new Gap(2, 2, false), new Gap(5, 1, false)], gaps);
    }

    [Fact]
    public void NothingIsMissingInAFullOrAnEmptySeries()
    {
        Assert.Empty(GapLine.Fill([], 5));
        Assert.Empty(GapLine.Fill([1.0, 2], 5));
        Assert.Equal([new Gap(0, 2, false)], GapLine.Fill([None, None], 5));
    }
}

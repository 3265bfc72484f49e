using Pylon.Insights.Dashboard;

namespace Pylon.Insights.Tests.Dashboard;

public sealed class TrendTests
{
    [Theory]
    [InlineData(105.0, 100.0, "rising")]
    [InlineData(104.9, 100.0, "steady")]
    [InlineData(95.1, 100.0, "steady")]
    [InlineData(95.0, 100.0, "falling")]
    [InlineData(1.0, 0.0, "rising")]
    [InlineData(0.0, 1.0, "falling")]
    [InlineData(0.0, 0.0, "steady")]
    [InlineData(null, 100.0, "no_data")]
    [InlineData(100.0, null, "no_data")]
    public void An_hour_is_compared_with_the_one_before(double? kg, double? before, string word) => Assert.Equal(word, Trend.Of(kg, before));
}

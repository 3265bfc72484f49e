using Pylon.Orchestrator.Scoring;

namespace Pylon.Orchestrator.Tests.Rules;

public sealed class DataCentreScoreTests
{
    private static readonly string[] Urgencies = ["LOW", "MEDIUM", "HIGH", "CRITICAL"];

    [Theory]
    [InlineData(45, 42.5, .3, 1.15, 45, .8, "MEDIUM", "91.6875", 92)]
    [InlineData(20, 10, 0, 1.0, 0, 1, "MEDIUM", "100", 100)]
    [InlineData(400, 300, 1, 2.4, 100, 0, "MEDIUM", "0", 0)]
    [InlineData(210, 95, .62, 1.45, 70, .4, "LOW", "46.90625", 47)]
    [InlineData(210, 95, .62, 1.45, 70, .4, "MEDIUM", "46.925", 47)]
    [InlineData(210, 95, .62, 1.45, 70, .4, "HIGH", "47.94375", 48)]
    [InlineData(210, 95, .62, 1.45, 70, .4, "CRITICAL", "48.68125", 49)]
    [InlineData(30, -12, .1, 1.2, 20, .9, "MEDIUM", "95.5", 96)]
    [InlineData(120, 45, .2, 1.1, 30, .9, "MEDIUM", "84.575", 85)]
    [InlineData(50, 40, .5, 1.5, 50, .5, "MEDIUM", "82.5", 83)]
    public void ScoreHasTheseDigits(double carbon, double price, double stress, double pue, double load, double flexibility, string urgency, string exact, int points)
    {
        var score = DataCentreScore.Of(new ScoreInputs(carbon, price, stress, pue, load, flexibility), ScoreWeights.Of(urgency));

        Assert.Equal((decimal.Parse(exact), points), (score.Exact, score.Points));
        Assert.Empty(score.Missing);
    }

    [Fact]
    public void InputThatIsNotKnownDoesNotCountAndIsNamed()
    {
        var noLoad = DataCentreScore.Of(new ScoreInputs(120, 60, .5, 1.3, null, .5), ScoreWeights.Of("MEDIUM"));
        Assert.Equal((69.1111m, 69), (Math.Round(noLoad.Exact, 4), noLoad.Points));
        Assert.Equal(["load"], noLoad.Missing);

        var onlyCarbon = DataCentreScore.Of(new ScoreInputs(175, null, null, null, null, null), ScoreWeights.Of("MEDIUM"));
        Assert.Equal((50m, 50, 5), (onlyCarbon.Exact, onlyCarbon.Points, onlyCarbon.Missing.Count));

        Assert.Equal(0, DataCentreScore.Of(new ScoreInputs(null, null, null, null, null, null), ScoreWeights.Of("LOW")).Points);
    }

    [Fact]
    public void BrokenConstraintCapsTheScore()
    {
        var score = DataCentreScore.Of(new ScoreInputs(120, 45, .2, 1.1, 30, .9), ScoreWeights.Of("MEDIUM"));
        Assert.Equal((85, 40), (score.PointsWhen(false), score.PointsWhen(true)));
        Assert.Equal(0, DataCentreScore.Of(new ScoreInputs(400, 300, 1, 2.4, 100, 0), ScoreWeights.Of("LOW")).PointsWhen(true));
    }

    [Fact]
    public void WeightsOfEachUrgencyAddUpTo100AndAnotherIsMedium()
    {
        foreach (var w in Urgencies.Select(ScoreWeights.Of))
            Assert.Equal(100, w.Carbon + w.Price + w.Stress + w.Pue + w.Load + w.Flexibility);
        Assert.Equal("MEDIUM", ScoreWeights.Of(null).Urgency);
    }

    [Fact]
    public void ScoreIsFrom0To100AndNeverFallsWhenAnInputGetsBetter()
    {
        var random = new Random(7);
        for (var n = 0; n < 5_000; n++)
        {
            double?[] inputs = [Any(-50, 500), Any(-100, 400), Any(-.5, 1.5), Any(.5, 3), Any(-10, 120), Any(-.5, 1.5)];
            var weights = ScoreWeights.Of(Urgencies[random.Next(4)]);
            var before = Score(inputs, weights);
            Assert.InRange(before, 0, 100);
            var which = random.Next(6);
            if (inputs[which] is not { } value)
                continue;
            // Only flexibility is better when it is more.
            inputs[which] = which == 5 ? value + (random.NextDouble() / 2) : value - (random.NextDouble() * 50);
            Assert.True(Score(inputs, weights) >= before, $"input {which}, round {n}");
        }

        double? Any(double from, double to) => random.Next(8) == 0 ? null : from + (random.NextDouble() * (to - from));
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.MaxValue)]
    [InlineData(double.MinValue)]
    [InlineData(double.NaN)]
    public void AnyNumberHasAScore(double value) =>
        Assert.InRange(Score([value, value, value, value, value, value], ScoreWeights.Of("HIGH")), 0, 100);

    private static decimal Score(double?[] inputs, ScoreWeights weights) =>
        DataCentreScore.Of(new ScoreInputs(inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]), weights).Exact;
}

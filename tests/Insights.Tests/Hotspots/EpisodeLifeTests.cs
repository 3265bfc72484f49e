using Pylon.Insights.Episodes;

namespace Pylon.Insights.Tests.Hotspots;

public sealed class EpisodeLifeTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 0, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("nwn", "")]
    [InlineData("ww", "1 opened")]
    [InlineData("wnw", "2 opened")]
    [InlineData("wnnw", "")]
    [InlineData("wi", "1 watching")]
    [InlineData("ii", "1 watching")]
    [InlineData("iiww", "1 watching, 3 opened")]
    [InlineData("iinnnnnn", "1 watching, 7 resolved")]
    [InlineData("wwnnnnn", "1 opened")]
    [InlineData("wwnnnnnn", "1 opened, 7 resolved")]
    [InlineData("wwiiiiii", "1 opened, 7 resolved")]
    [InlineData("wwnnnwnnnnnn", "1 opened, 11 resolved")]
    [InlineData("wwc", "1 opened, 2 escalated")]
    [InlineData("wcw", "1 opened")]
    [InlineData("w-.-.w", "5 opened")]
    [InlineData("ww------n.....", "1 opened")]
    [InlineData("wwnnnnnnww", "1 opened, 7 resolved, 9 reopened")]
    public void HoursMoveAHotspot(string hours, string changes) => Assert.Equal(changes, ChangesOf(new EpisodeLife(), hours));

    [Fact]
    public void SeverityRisesAndNeverFallsAndTheCurrentOneStandsBeside()
    {
        var life = new EpisodeLife();
        ChangesOf(life, "wwcwi");

        Assert.Equal((Level.Critical, Level.Info), (life.Live!.Severity, life.Live.CurrentSeverity));
        Assert.Equal(Start, life.Live.FirstHour);
        Assert.Equal(Start.AddHours(2), life.Live.Worst.Hour);
    }

    [Fact]
    public void AnotherEpisodeWithinADayHasTheSameId()
    {
        var life = new EpisodeLife();
        // The 24th hour after the end, and the 25th after the next end.
        ChangesOf(life, "ww" + new string('n', 6) + new string('n', 22) + "ww");

        Assert.Single(life.Changes.Select(change => change.Episode.Id).Distinct());
        Assert.Equal(1, life.Live!.Reopened);
    }

    [Fact]
    public void AnotherEpisodeAfterADayIsANewHotspot()
    {
        var life = new EpisodeLife();
        ChangesOf(life, "ww" + new string('n', 6) + new string('n', 24) + "ww");

        Assert.Equal(2, life.Changes.Select(change => change.Episode.Id).Distinct().Count());
        Assert.Equal(0, life.Live!.Reopened);
    }

    [Fact]
    public void TheThirdReopeningInAWeekIsFlappingAndStaysOpenForADay()
    {
        var life = new EpisodeLife();
        var hours = string.Concat(Enumerable.Repeat("wwnnnnnn", 4)) + new string('n', 17);

        Assert.Equal(
            "1 opened, 7 resolved, 9 reopened, 15 resolved, 17 reopened, 23 resolved, 25 reopened, 25 flapping", ChangesOf(life, hours));
        Assert.True(life.Live!.IsFlapping);
        // One notice: that of flapping.
        Assert.Equal([true, true, true, true, true, true, false, true], life.Changes.Select(change => change.IsAlerting));
        life.Judge(new JudgedHour(Start.AddHours(hours.Length), Counts: true, Level.Normal));
        Assert.Equal(Transition.Resolved, life.Changes[^1].Transition);
    }

    [Fact]
    public void AnotherCauseIsAnotherHotspot()
    {
        var life = new EpisodeLife();
        ChangesOf(life, "wwnnnnnn");
        foreach (var hour in new[] { 8, 9 })
            life.Judge(new JudgedHour(Start.AddHours(hour), Counts: true, Level.Warn) { Score = 1, Cause = Cause.Grid });

        Assert.Equal((Cause.Grid, 0), (life.Live!.Cause, life.Live.Reopened));
    }

    [Fact]
    public void AWatchedHotspotTellsNobody()
    {
        var life = new EpisodeLife();
        ChangesOf(life, "iinnnnnn");

        Assert.All(life.Changes, change => Assert.False(change.IsAlerting));
    }

    [Fact]
    public void HoursThatAreKnownCountButChangeNothing()
    {
        var life = new EpisodeLife();
        life.Recall(Of('w', 0));

        Assert.Empty(life.Changes);
        life.Judge(Of('w', 1));

        Assert.Equal(Transition.Opened, Assert.Single(life.Changes).Transition);
        Assert.Equal(Start, life.Live!.FirstHour);
    }

    // n normal, i info, w warn, c critical, - missing, . inactive.
    private static string ChangesOf(EpisodeLife life, string hours)
    {
        for (var n = 0; n < hours.Length; n++)
        {
            if (hours[n] != '-')
                life.Judge(Of(hours[n], n));
        }

        return string.Join(", ", life.Changes.Select(change => $"{(change.Hour.Hour - Start).TotalHours} {change.Transition}"));
    }

    private static JudgedHour Of(char hour, int n)
    {
        var level = hour switch { 'i' => Level.Info, 'w' => Level.Warn, 'c' => Level.Critical, _ => Level.Normal };
        return new JudgedHour(Start.AddHours(n), Counts: hour != '.', level) { Score = (int)level, Cause = Cause.Activity };
    }
}

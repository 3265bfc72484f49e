using Pylon.Insights.Advice;
using Pylon.Insights.Engines;
using Pylon.Insights.Playbook;

namespace Pylon.Insights.Tests.Recommendations;

public sealed class RagAdviceTests
{
    private static readonly MeasureBook Book = MeasureBook.Load();
    private static readonly MeasureSaving Rail = new(Book.Find("logistics-rail")!, 0.6, 0.5, 0.7, 0.9, TypicalReason: null);

    private static readonly HashSet<string> None = [];

    [Theory]
    [InlineData(60, "agreed")]
    [InlineData(45, "agreed")]
    [InlineData(75, "agreed")]
    [InlineData(44.9, "disputed")]
    [InlineData(75.1, "disputed")]
    [InlineData(0, "disputed")]
    public void A_claim_agrees_within_a_quarter_of_the_simulation(double claimed, string status) =>
        Assert.Equal(status, Check(Action("Move freight to rail", claimed)).Status);

    [Theory]
    [InlineData(1e9, 100)]
    [InlineData(-5, 0)]
    [InlineData(70, 70)]
    public void A_claim_is_at_most_what_was_emitted(double claimed, double expected) =>
        Assert.Equal(expected, Check(Action("Move freight to rail", claimed)).ClaimedKg);

    [Fact]
    public void Words_that_match_no_measure_stay_a_claim()
    {
        var one = Check(Action("Plant a tree", 10));

        Assert.Null(one.Match);
        Assert.Equal("claimed", one.Status);
    }

    [Fact]
    public void A_measure_that_cannot_be_simulated_leaves_a_claim()
    {
        var one = Assert.Single(RagAdvice.Check([Action("Move freight to rail", 60)], 100, [MeasureSaving.Typical(Rail.Measure, "no")], None, Book.TextScore));

        Assert.Equal(("claimed", "logistics-rail"), (one.Status, one.Match!.Measure.Id));
    }

    [Fact]
    public void Three_are_taken_at_most_and_none_with_a_lever_that_is_there()
    {
        var actions = Enumerable.Range(0, 10).Select(n => Action(n < 2 ? "Move freight to rail by train" : $"Thing {n}", 1)).ToList();

        var chosen = RagAdvice.Check(actions, 100, [Rail], None, Book.TextScore);

        Assert.Equal(["Move freight to rail by train", "Thing 2", "Thing 3"], chosen.Select(one => one.Action.Title));
    }

    [Fact]
    public void A_measure_that_is_taken_is_left_out()
    {
        var chosen = RagAdvice.Check([Action("Move freight to rail", 60), Action("Plant a tree", 10)], 100, [Rail], new HashSet<string> { "logistics-rail" }, Book.TextScore);

        Assert.Equal("Plant a tree", Assert.Single(chosen).Action.Title);
    }

    private static CheckedAction Check(RagAction action) => Assert.Single(RagAdvice.Check([action], 100, [Rail], None, Book.TextScore));

    private static RagAction Action(string title, double kg) => new(title, "", (decimal)kg, "+3%", 5, 0.7m);
}

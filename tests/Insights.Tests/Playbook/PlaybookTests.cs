using Pylon.Insights.Playbook;

namespace Pylon.Insights.Tests.Playbook;

public sealed class PlaybookTests
{
    private const string One =
        """
        {"version": "v1", "measures": [{"id": "factory-air", "title": "Air", "text": "Repair leaks.", "kinds": ["factory"], "causes": ["efficiency"],
          "lever": {"name": "efficiency", "target": "air", "parameters": {"share": 0.05}}, "preconditions": [{"feature": "energy_kwh", "is": "more_than", "value": 10}],
          "contraindications": [], "saving": {"low": 0.02, "high": 0.08, "source": "estimate"}, "cost": "low", "feasibility": 9, "tags": ["air", "leak"]}]}
        """;

    private static readonly MeasureBook Book = MeasureBook.Load();

    [Fact]
    public void It_has_at_least_forty_measures() => Assert.True(Book.Measures.Count >= 40);

    [Fact]
    public void Every_kind_has_measures_for_each_cause_that_its_hotspots_have()
    {
        var missing =
            from kind in PlaybookCheck.Kinds
            from cause in kind == "grid" ? ["grid"] : new[] { "activity", "grid", "data", "factor", "efficiency" }
            where !Book.Measures.Any(m => m.Kinds.Contains(kind) && m.Causes.Contains(cause))
            select $"{kind} {cause}";

        Assert.Empty(missing);
    }

    [Fact]
    public void A_good_playbook_is_read() => Assert.Equal("factory-air", Assert.Single(MeasureBook.Parse(One).Measures).Id);

    [Theory]
    [InlineData("\"id\": \"factory-air\"", "\"id\": \"Factory Air\"", "the id must be words in lower case with hyphens")]
    [InlineData("[\"factory\"]", "[\"mill\"]", "kinds must be of logistics, factory, warehouse, delivery, compute, grid")]
    [InlineData("[\"efficiency\"]", "[\"weather\"]", "causes must be of activity, efficiency, grid, factor, data")]
    [InlineData("\"efficiency\", \"target\"", "\"magic\", \"target\"", "the lever magic is not known")]
    [InlineData("\"target\": \"air\", ", "", "the lever efficiency must have a target")]
    [InlineData("\"share\": 0.05", "\"share\": 5", "share of the lever efficiency must be a number from 0 to 1")]
    [InlineData("\"share\": 0.05", "\"x\": 0.05", "the lever efficiency must have the parameter share")]
    [InlineData("\"energy_kwh\"", "\"colour\"", "the feature colour is not known")]
    [InlineData("\"more_than\"", "\"equals\"", "energy_kwh is a number")]
    [InlineData("\"high\": 0.08", "\"high\": 8", "saving must have low and high from 0 to 1")]
    [InlineData("\"feasibility\": 9", "\"feasibility\": 11", "feasibility must be from 1 to 10")]
    [InlineData("\"cost\": \"low\"", "\"cost\": \"cheap\"", "cost must be of none, low, medium, high")]
    [InlineData("\"title\": \"Air\"", "\"title\": \"\"", "title must have 1 to 60 characters")]
    [InlineData("\"tags\"", "\"tag\"", "not JSON of the right shape")]
    [InlineData("[\"air\", \"leak\"]", "[]", "tags must have 1 to 50 words")]
    public void A_wrong_playbook_is_refused_with_the_fault(string right, string wrong, string expected)
    {
        var fault = Assert.Throws<PlaybookException>(() => MeasureBook.Parse(One.Replace(right, wrong, StringComparison.Ordinal)));

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_is_there_twice_is_refused()
    {
        var (start, end) = (One.IndexOf('[', StringComparison.Ordinal) + 1, One.LastIndexOf(']'));
        var twice = $"{One[..end]},{One[start..end]}]}}";

        var fault = Assert.Throws<PlaybookException>(() => MeasureBook.Parse(twice));

        Assert.Contains("factory-air: the id must be unique", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_precondition_about_a_feature_that_is_not_known_is_false()
    {
        foreach (var precondition in Book.Measures.SelectMany(m => m.Preconditions))
            Assert.False(precondition.Holds(new Facts()), precondition.ToString());
    }

    [Fact]
    public void A_contraindication_that_is_known_to_hold_excludes_the_measure()
    {
        var measure = Book.Find("delivery-electric-van")!;
        var facts = new Facts().With("vehicle_type", "van").With("route_length", 60);

        Assert.True(measure.Fits("delivery", "factor", facts));
        Assert.False(measure.Fits("delivery", "factor", facts.With("fuel_type", "electric")));
    }

    [Theory]
    [InlineData("train instead of trucks", "logistics-rail")]
    [InlineData("compressed air leaks", "factory-compressed-air")]
    [InlineData("forklift", "warehouse-forklifts")]
    [InlineData("hot aisle containment", "compute-containment")]
    [InlineData("parcel lockers", "delivery-lockers")]
    [InlineData("waste heat of the kiln", "factory-heat-recovery")]
    public void The_search_finds_the_measure_by_its_words(string query, string expected) =>
        Assert.Equal(expected, Book.Search(query).First().Measure.Id);

    [Theory]
    [InlineData("zzz")]
    [InlineData("'; DROP TABLE recommendations; --")]
    [InlineData("((( & | !")]
    public void The_search_takes_any_words(string query) =>
        Assert.DoesNotContain(Book.Search(query).Take(5), found => !double.IsFinite(found.Score));
}

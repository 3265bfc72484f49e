using Pylon.Insights.Imports;

namespace Pylon.Insights.Tests.Imports;

public sealed class ShipmentRulesTests
{
    [Fact]
    public void The_first_line_of_the_published_file_is_computed_digit_for_digit()
    {
        var line = Line(weight: 113.168m, road: 765.728m, told: 8.318967005184m);

        var computed = ShipmentRules.Compute(line, ShipmentRules.Published);

        Assert.Equal((8.318967005184m, true), (computed.TotalKg, computed.IsReproduced));
        Assert.Empty(computed.Notes);
    }

    [Fact]
    public void A_mode_without_a_published_factor_has_the_one_that_most_lines_imply()
    {
        ShipmentLine[] lines =
        [
            Line(rail: 100, railKg: 9, index: 1), Line(rail: 100, railKg: 2.8m, index: 2), Line(rail: 300, railKg: 8.400000000000001m, index: 3), Line(rail: 50, index: 4), Line(road: 5, index: 5),
        ];

        Assert.Equal((0.028m, 2), ShipmentRules.Implied(lines, mode: 1));
        Assert.Null(ShipmentRules.Implied(lines, mode: 3));
    }

    [Fact]
    public void A_leg_without_any_factor_cannot_be_computed()
    {
        var computed = ShipmentRules.Compute(Line(rail: 100), ShipmentRules.Published);

        Assert.Equal(["CO2 of rail cannot be computed: no factor is published for it, and no line of the file implies one"], computed.Faults);
    }

    [Fact]
    public void A_line_that_contradicts_itself_keeps_what_was_computed()
    {
        var line = Line(weight: 1000, road: 100, told: 9.7m);

        var computed = ShipmentRules.Compute(line, ShipmentRules.Published);
        var (made, figures) = ShipmentRules.EventOf("file", line, computed, ShipmentRules.AuthorSet);

        Assert.False(computed.IsReproduced);
        Assert.Equal(["CO2 of road is 9.7 kg, and 100 tonne.km x 0.096 are 9.6", "CO2 Total is 9.7 kg, and the legs are 9.6"], computed.Notes);
        Assert.Null(made.ReportedKg);
        Assert.Equal(9.6, figures.PredictedKg);
        Assert.Equal(9.6 * 0.111803398874990, figures.UncertaintyKg!.Value, 12);
    }

    [Fact]
    public void A_weight_that_is_not_units_times_ratio_is_reported()
    {
        var computed = ShipmentRules.Compute(Line(weight: 10, road: 100, told: 0.096m) with { Units = 5, Ratio = 3 }, ShipmentRules.Published);

        Assert.Equal(["KG is 10, and Units x Conversion Ratio is 15"], computed.Notes);
        Assert.True(computed.IsReproduced);
    }

    [Fact]
    public void A_leg_that_nothing_is_published_for_is_computed_and_reported()
    {
        var line = Line(weight: 1000, road: 100, told: 9.6m) with { PublishedKg = [null, 0m, 0m, 0m] };

        var computed = ShipmentRules.Compute(line, ShipmentRules.Published);

        Assert.Equal((9.6m, false), (computed.TotalKg, computed.IsReproduced));
        Assert.Equal(["CO2 of road is missing; computed 9.6 kg"], computed.Notes);
    }

    [Fact]
    public void The_first_line_of_the_published_file_with_the_factors_of_DESNZ() =>
        Assert.Equal(6.67510m, Math.Round(ShipmentRules.DesnzKg(Line(weight: 113.168m, road: 765.728m)), 5));

    // 1 t unless told otherwise.
    private static ShipmentLine Line(
        decimal weight = 1000, decimal road = 0, decimal rail = 0, decimal railKg = 0, decimal told = 0, long index = 0) => new(index, index + 2)
        {
            Content = Guid.Empty,
            Key = Guid.Empty,
            Warehouse = "W",
            Customer = "C",
            Order = "1",
            OrderLine = "1",
            Item = "I",
            Date = new DateTimeOffset(2021, 1, 4, 0, 0, 0, TimeSpan.Zero),
            Units = 1,
            Ratio = weight,
            WeightKg = weight,
            DistancesKm = [road, rail, 0, 0],
            PublishedKg = [told, railKg, 0, 0],
            PublishedTotalKg = told + railKg,
        };
}

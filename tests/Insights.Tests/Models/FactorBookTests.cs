using System.Globalization;
using Pylon.Insights.Factors;

namespace Pylon.Insights.Tests.Models;

public sealed class FactorBookTests
{
    private static readonly FactorBook Book = FactorBook.Shipped;

    [Fact]
    public void The_freight_file_has_338_factors_of_which_49_are_blank_and_289_complete()
    {
        var freight = Book.All.Where(factor => factor.Id.StartsWith("27_", StringComparison.Ordinal)).ToList();

        Assert.Equal((338, 49, 289), (freight.Count, freight.Count(factor => factor.Co2e is null), freight.Count(factor => factor.IsComplete)));
    }

    [Fact]
    public void The_gases_of_every_complete_factor_are_its_total() =>
        Assert.All(Book.All.Where(factor => factor.IsComplete), factor => Assert.InRange(Math.Abs(factor.Co2e!.Value - factor.Co2!.Value - factor.Ch4!.Value - factor.N2o!.Value), 0, 0.00002m));

    [Fact]
    public void Factors_whose_gases_are_not_the_total_stop_the_start()
    {
        var factors = Book.All.Select(factor => factor.Id == "27_303_3102_4_1" ? factor with { Co2 = 0.3m } : factor).ToList();

        var wrong = Assert.Throws<InvalidOperationException>(() => new FactorBook(factors));

        Assert.Contains("27_303_3102_4_1", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_id_that_is_there_twice_stops_the_start() =>
        Assert.Contains("2 times", Assert.Throws<InvalidOperationException>(() => new FactorBook([.. Book.All, Book.All[0]])).Message, StringComparison.Ordinal);

    [Fact]
    public void Names_have_no_lost_characters_and_no_spaces_at_their_ends() =>
        Assert.All(Book.All, factor => Assert.True(!factor.Name.Contains('\uFFFD') && factor.Name.Split(", ").All(part => part.Trim() == part), factor.Name));

    [Fact]
    public void Miles_and_kilometres_are_of_one_mile()
    {
        foreach (var km in Book.All.Where(factor => factor is { Unit: "km", Co2e: > 0.1m }))
            Assert.InRange(Book[km.Id.Replace("_4_1", "_9_1", StringComparison.Ordinal)].Co2e!.Value / km.Co2e!.Value, 1.609344m - 0.0002m, 1.609344m + 0.0002m);
    }

    [Theory]
    [InlineData("27_304_3112_4_1", 2.1823, 43.00, 0.0004)]
    [InlineData("27_304_3116_4_1", 4.7547, 35.00, 0.0001)]
    [InlineData("27_304_3120_4_1", 8.9181, 64.93, 0.00025)]
    [InlineData("27_304_3128_4_1", 12.1908, 51.00, 0.00015)]
    [InlineData("27_304_3132_4_1", 17.8559, 68.00, 0.0001)]
    public void Payload_and_average_load_of_a_class_follow_from_its_factors(string averageKm, double payload, double load, double identity)
    {
        var found = Book.Classes.Single(each => each.Average.Id == averageKm);

        Assert.Equal(payload, (double)Math.Round(found.PayloadTonnes, 4));
        Assert.Equal(load, (double)Math.Round(100 * found.AverageLoad, 2));
        Assert.InRange((double)found.IdentityError, 0, identity);
        Assert.False(found.IsMix);
    }

    [Fact]
    public void Mixes_of_a_fleet_are_no_classes() =>
        Assert.Equal(6, Book.Classes.Count(each => each.IsMix));

    [Theory]
    [InlineData(3152)]
    [InlineData(3154)]
    [InlineData(3156)]
    [InlineData(3158)]
    public void Radiative_forcing_is_1_7_times_the_CO2_alone(int id)
    {
        var (with, without) = (Book[$"27_317_{id}_14_1"], Book[$"27_317_{id + 1}_14_1"]);

        Assert.Equal(1.7m, with.Co2!.Value / without.Co2!.Value, 4);
        Assert.Equal((without.Ch4, without.N2o), (with.Ch4, with.N2o));
    }

    [Fact]
    public void The_search_finds_words_in_any_order_and_pages_by_id()
    {
        var all = Book.Search("laden Articulated", "tonne.km", null, 100);
        var second = Book.Search("laden Articulated", "tonne.km", all[3].Id, 2);

        Assert.Equal(all.Skip(4).Take(2), second);
        Assert.All(all, factor => Assert.Contains("Articulated", factor.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_shipped_file_is_the_published_one()
    {
        foreach (var category in new[] { "freighting_goods", "transmission_and_distribution" })
        {
            foreach (var cells in SharedReference.Cells("emissions", $"desnz2025_category_{category}.csv") ?? [])
            {
                var factor = Book[cells[0][..^1] + "1"];
                var number = cells[9].Length == 0 ? (decimal?)null : decimal.Parse(cells[9], NumberStyles.Number, CultureInfo.InvariantCulture);
                var ours = cells[0][^1] switch { '1' => factor.Co2e, '2' => factor.Co2, '3' => factor.Ch4, _ => factor.N2o };
                Assert.True(ours == number, cells[0]);
                Assert.Equal(cells[7], factor.Unit);
                Assert.StartsWith(cells[3].Trim(), factor.Name, StringComparison.Ordinal);
            }
        }
    }
}

using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Pylon.Insights.Advice;
using Pylon.Insights.Playbook;
using Xunit.Abstractions;

namespace Pylon.Insights.Tests.Playbook;

public sealed class SituationTests(ITestOutputHelper output)
{
    [Fact]
    public async Task The_labelled_situations_get_an_acceptable_measure()
    {
        await using var stack = await InsightsStack.StartAsync();
        var adviser = stack.Services.GetRequiredService<Adviser>();
        Assert.True(Situation.All.Count >= 30);
        var places = new List<int>();
        foreach (var situation in Situation.All)
        {
            var ranked = await AdviseAsync(adviser, situation);
            var place = ranked.Select((r, at) => (r.Measure.Id, Place: at + 1)).FirstOrDefault(r => situation.Acceptable.Contains(r.Id)).Place;
            places.Add(place);
            output.WriteLine($"{place} {situation.Kind} {situation.Cause}: {string.Join(", ", ranked.Select(Described))} <- {situation.Text}");
        }

        var recall = places.Count(place => place > 0) / (double)places.Count;
        var reciprocal = places.Average(place => place > 0 ? 1.0 / place : 0);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"recall@3 {recall:0.000}, MRR {reciprocal:0.000}"));
        Assert.True(recall >= 0.9, $"recall@3 is {recall}");
        Assert.True(reciprocal >= 0.75, $"MRR is {reciprocal}");
    }

    [Fact]
    public async Task No_measure_has_a_precondition_that_is_false_and_no_lever_comes_twice()
    {
        await using var stack = await InsightsStack.StartAsync();
        var adviser = stack.Services.GetRequiredService<Adviser>();
        foreach (var situation in Situation.All)
        {
            var ranked = await AdviseAsync(adviser, situation);

            Assert.InRange(ranked.Count, 1, 3);
            Assert.All(ranked, r => Assert.All(r.Measure.Preconditions, p => Assert.True(p.Holds(situation.Facts()), $"{situation.Text}: {p}")));
            Assert.Distinct(ranked.Select(r => r.Measure.Lever.Key));
        }
    }

    [Fact]
    public async Task The_same_situation_gets_the_same_measures_in_the_same_order()
    {
        await using var stack = await InsightsStack.StartAsync();
        var adviser = stack.Services.GetRequiredService<Adviser>();
        foreach (var situation in Situation.All)
        {
            var (first, second) = (await AdviseAsync(adviser, situation), await AdviseAsync(adviser, situation));

            Assert.Equal(first.Select(Described), second.Select(Described));
        }
    }

    [Theory]
    [InlineData("logistics")]
    [InlineData("factory")]
    [InlineData("warehouse")]
    [InlineData("delivery")]
    [InlineData("compute")]
    public async Task Without_any_feature_no_measure_with_a_precondition_is_proposed(string kind)
    {
        await using var stack = await InsightsStack.StartAsync();
        var adviser = stack.Services.GetRequiredService<Adviser>();
        foreach (var cause in PlaybookCheck.Causes)
        {
            var ranked = await adviser.AdviseAsync(kind, cause, new EntityActivity(new Facts(), 0), null, new HashSet<string>(), CancellationToken.None);

            Assert.All(ranked, r => Assert.Empty(r.Measure.Preconditions));
        }
    }

    private static Task<IReadOnlyList<RankedMeasure>> AdviseAsync(Adviser adviser, Situation situation) => adviser.AdviseAsync(
        situation.Kind, situation.Cause, new EntityActivity(situation.Facts(), 1000), null, new HashSet<string>(), CancellationToken.None);

    private static string Described(RankedMeasure ranked) =>
        string.Create(CultureInfo.InvariantCulture, $"{ranked.Measure.Id} {ranked.SavedKg:0.00} kg × {ranked.Confidence:0.000} {ranked.Saving.Basis}");
}

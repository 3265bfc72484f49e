using System.Text.Json;
using Pylon.Conductor.Catalogues;

namespace Pylon.Conductor.Tests;

public sealed class ResolverTests
{
    private static readonly Catalogue Shipped = Catalogue.Parse(Catalogue.Shipped());

    [Fact]
    public void ANewBatchRunsSpellcheckFirst() => Assert.Equal(["spellcheck", "nlp"], Resolve("nlp").Final);

    [Fact]
    public void ACompletePhaseIsSkippedAndNamed()
    {
        var resolved = Resolve("cj_assessment", "spellcheck");
        Assert.Equal(["cj_assessment"], resolved.Final);
        Assert.Equal(["spellcheck"], resolved.Skipped);
        Assert.Equal("Pipeline 'cj_assessment': to run: cj_assessment; completed before: spellcheck", resolved.Summary);
    }

    [Fact]
    public void ACompletePhaseNeedsNothing()
    {
        var resolved = Resolve("compute_training", "evaluate");
        Assert.Equal(["publish"], resolved.Final);
        Assert.Equal(["evaluate"], resolved.Skipped);
        Assert.All(resolved.Verdicts.Where(v => v.Phase is "prepare" or "train"), v => Assert.Equal(Decision.NotNeeded, v.Decision));
    }

    [Fact]
    public void ACompletePipelineHasNothingToRun() => Assert.Empty(Resolve("nlp", "nlp", "spellcheck").Final);

    /// <summary>Against brute force over every set of phases and every order of them.</summary>
    [Fact]
    public void RandomCataloguesAreResolvedAsBruteForceDoes()
    {
        var random = new Random(20260301);
        for (var round = 0; round < 1500; round++)
        {
            var catalogue = RandomCatalogue(random, random.Next(1, 7));
            var complete = catalogue.Phases.Select(p => p.Name).Where(_ => random.Next(3) == 0).ToHashSet();
            foreach (var pipeline in catalogue.Pipelines)
            {
                var resolved = Resolver.Resolve(catalogue, pipeline, complete);
                var needed = NeededByBruteForce(catalogue, pipeline, complete);
                Assert.Equal(OrderByBruteForce(catalogue, needed), resolved.Final);
                var closure = catalogue.ClosureOf(pipeline.Targets);
                Assert.Equal(closure.Where(complete.Contains).Order(), resolved.Skipped.Order());
                Assert.Equal(closure.Order(), resolved.Verdicts.Select(v => v.Phase).Order());
            }
        }
    }

    private static Resolution Resolve(string pipeline, params string[] complete) =>
        Resolver.Resolve(Shipped, Shipped.Pipeline(pipeline)!, complete.ToHashSet());

    /// <summary>The smallest set with every open target in it and every open requirement of each member.</summary>
    private static List<string> NeededByBruteForce(Catalogue catalogue, PipelineRule pipeline, HashSet<string> complete)
    {
        var open = catalogue.Phases.Select(p => p.Name).Where(p => !complete.Contains(p)).ToList();
        return Enumerable.Range(0, 1 << open.Count)
            .Select(bits => open.Where((_, i) => (bits & (1 << i)) != 0).ToList())
            .Where(set => pipeline.Targets.All(t => complete.Contains(t) || set.Contains(t))
                && set.All(p => catalogue.Phase(p)!.Requires.All(r => complete.Contains(r) || set.Contains(r))))
            .MinBy(set => set.Count)!;
    }

    /// <summary>Of all orders in which requirements come first, the one that is first by places in the catalogue.</summary>
    private static List<string> OrderByBruteForce(Catalogue catalogue, List<string> phases) =>
        Permutations([.. phases.OrderBy(catalogue.PlaceOf)])
            .First(order => order.Index().All(x => catalogue.Phase(x.Item)!.Requires.All(r => !order.Contains(r) || order.IndexOf(r) < x.Index)));

    /// <summary>In lexicographic order of the places.</summary>
    private static IEnumerable<List<string>> Permutations(List<string> items) =>
        items.Count == 0 ? [[]] : items.SelectMany(first => Permutations([.. items.Where(i => i != first)]).Select(rest => (List<string>)[first, .. rest]));

    private static Catalogue RandomCatalogue(Random random, int count)
    {
        // Names in an order that has nothing to do with what requires what.
        var names = Enumerable.Range(0, count).Select(i => $"p{i}").ToArray();
        var order = names.ToArray();
        random.Shuffle(order);
        var requires = order.Index().ToDictionary(x => x.Item, x => order[..x.Index].Where(_ => random.Next(3) == 0).ToList());
        var file = new
        {
            phases = names.Select(n => new { name = n, requires = requires[n], without_pipeline = true }),
            pipelines = Enumerable.Range(0, 2).Select(i => new { name = $"q{i}", targets = names.Where((_, at) => at == i % count || random.Next(3) == 0) }),
        };
        return Catalogue.Parse(JsonSerializer.Serialize(file));
    }
}

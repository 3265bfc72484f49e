using Pylon.Conductor.Catalogues;

namespace Pylon.Conductor.Tests;

public sealed class CatalogueTests
{
    [Fact]
    public void TheShippedCatalogueHasTheRulesOfBcs()
    {
        var shipped = Catalogue.Parse(Catalogue.Shipped());
        Assert.Empty(shipped.Phase("spellcheck")!.Requires);
        foreach (var phase in new[] { "nlp", "cj_assessment", "ai_feedback" })
            Assert.Equal(["spellcheck"], shipped.Phase(phase)!.Requires);
        Assert.NotNull(shipped.Phase("student_matching"));
        Assert.Null(shipped.Pipeline("student_matching"));
        Assert.Equal(
            ["prepare", "train", "evaluate", "publish"],
            Resolver.Resolve(shipped, shipped.Pipeline("compute_training")!, new HashSet<string>()).Final);
    }

    [Theory]
    [InlineData("""{"phases":[{"name":"a","requires":["b"]}],"pipelines":[{"name":"p","targets":["a"]}]}""", "phases[0].requires[0]: 'b' must be a phase of the catalogue")]
    [InlineData("""{"phases":[{"name":"a"}],"pipelines":[{"name":"p","targets":["a","x"]}]}""", "pipelines[0].targets[1]: 'x' must be a phase of the catalogue")]
    [InlineData("""{"phases":[{"name":"a","requires":["b"]},{"name":"b","requires":["a"]}],"pipelines":[{"name":"p","targets":["a"]}]}""", "phases[0].requires: must not be a circle: a → b → a")]
    [InlineData("""{"phases":[{"name":"a","requires":["a"]}],"pipelines":[{"name":"p","targets":["a"]}]}""", "phases[0].requires: must not be a circle: a → a")]
    [InlineData("""{"phases":[{"name":"a"},{"name":"a"}],"pipelines":[{"name":"p","targets":["a"]}]}""", "phases[1].name: 'a' must be there once; it is phases[0] too")]
    [InlineData("""{"phases":[{"name":"a"}],"pipelines":[{"name":"p","targets":["a"]},{"name":"p","targets":["a"]}]}""", "pipelines[1].name: 'p' must be there once; it is pipelines[0] too")]
    [InlineData("""{"phases":[{"name":"a"},{"name":"b"}],"pipelines":[{"name":"p","targets":["a"]}]}""", "phases[1]: 'b' must be in a pipeline")]
    [InlineData("""{"phases":[{"name":"a"}],"pipelines":[{"name":"p","targets":[]}]}""", "pipelines[0].targets: must have at least one")]
    [InlineData("""{"phases":[],"pipelines":[]}""", "phases: must have at least one")]
    [InlineData("""{"phases":[{"name":"A b"}],"pipelines":[{"name":"p","targets":["A b"]}]}""", "phases[0].name: must have")]
    [InlineData("""{"phases":[{"nam":"a"}]}""", "$.phases[0]")]
    [InlineData("""{"phases":""", "line 1")]
    public void AWrongCatalogueIsRefusedWithThePlace(string json, string fault)
    {
        var refused = Assert.Throws<CatalogueException>(() => Catalogue.Parse(json));
        Assert.Contains(refused.Faults, f => f.Contains(fault, StringComparison.Ordinal));
    }
}

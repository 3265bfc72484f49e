using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Bpp.Filters;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Tests;

public sealed class ItemFilterTests
{
    private const string Grid = "@.beckn:itemAttributes.beckn:gridParameters";

    private static readonly JArray Items = (JArray)Json.Parse("""
        [
          {"id":"a","beckn:itemAttributes":{"beckn:gridParameters":{"gridArea":"Cambridge-East","renewableMix":80},"tags":["in","or"]},"start":"2026-03-10T08:00:00Z"},
          {"id":"b","beckn:itemAttributes":{"beckn:gridParameters":{"gridArea":"Manchester","renewableMix":65.5}},"start":"2026-03-10T12:00:00Z"},
          {"id":"c","beckn:itemAttributes":{"beckn:gridParameters":{"gridArea":"Isle (of) Wight && more","renewableMix":20}}},
          {"id":"d","beckn:itemAttributes":{"beckn:gridParameters":{"gridArea":"Odd","renewableMix":"unknown"}}}
        ]
        """);

    [Theory]
    [InlineData($"$[?({Grid}.renewableMix >= 30)]", "ab")]
    [InlineData($"$[?({Grid}.gridArea in ['Cambridge-East', 'Manchester'] && {Grid}.renewableMix >= 70)]", "a")]
    [InlineData($"$[?({Grid}.renewableMix >= 70 && {Grid}.gridArea in ['Cambridge-East', 'Manchester'])]", "a")]
    [InlineData($"$[?({Grid}.gridArea in [\"Manchester\",\"Odd\"])]", "bd")]
    [InlineData($"$[?({Grid}.gridArea in [])]", "")]
    [InlineData($"$[?(@.id == 'a' && @.id == 'b' || @.id == 'c')]", "c")]
    [InlineData($"$[?(@.id == 'c' || @.id == 'a' && @.id == 'b')]", "c")]
    [InlineData($"$[?((@.id == 'c' || @.id == 'a') && {Grid}.renewableMix > 50)]", "a")]
    [InlineData("$[?(!@.start)]", "cd")]
    [InlineData("$[?(!(@.id == 'a') && !(@.id == 'b'))]", "cd")]
    [InlineData("$[?@.id != 'a']", "bcd")]
    [InlineData($"$[?({Grid}.gridArea == 'Isle (of) Wight && more')]", "c")]
    [InlineData("$[?(@.start >= '2026-03-10T10:00:00Z')]", "b")]
    [InlineData($"$[?({Grid}.gridArea =~ /^man/i)]", "b")]
    [InlineData("$[?(@['id'] == 'd')]", "d")]
    [InlineData("$[?(@.missing.deeper >= 1)]", "")]
    [InlineData("$", "abcd")]
    [InlineData("$[*]", "abcd")]
    public void ExpressionSelectsItems(string expression, string expected)
    {
        var selected = ItemFilter.Select(Items, expression, TimeProvider.System);
        Assert.Equal(expected, string.Concat(Items.Where(selected.Contains).Select(i => i["id"]!.Value<string>())));
    }

    [Theory]
    [InlineData("")]
    [InlineData("renewableMix >= 30")]
    [InlineData("$[?(@.a >= )]")]
    [InlineData("$[?(@.a >= 30]")]
    [InlineData("$[?()]")]
    [InlineData("$[?(@.a == 'open)]")]
    [InlineData("$[?(@.a in 'x')]")]
    [InlineData("$[?(@.a in ['x',,'y'])]")]
    [InlineData("$[?(@.id =~ /(/)]")]
    [InlineData("$[?(@.a &&)]")]
    [InlineData("$[?(@.a === = 1)]")]
    public void InvalidExpressionIsRefused(string expression) =>
        Assert.Throws<JsonPathException>(() => ItemFilter.Select(Items, expression, TimeProvider.System));

    [Fact]
    public void ExpressionIsBounded()
    {
        Refused($"$[?(@.a == '{new string('x', 3000)}')]");
        Refused($"$[?({new string('(', 200)}@.a{new string(')', 200)})]");
        Refused($"$[?({string.Join("||", Enumerable.Repeat("@.a", 200))})]");

        static void Refused(string expression) =>
            Assert.Throws<JsonPathException>(() => ItemFilter.Select(Items, expression, TimeProvider.System));
    }

    [Fact]
    public void ExpensivePatternIsStopped()
    {
        var items = new JArray(new JObject { ["a"] = new string('a', 5000) + "!" });
        Assert.Throws<JsonPathException>(() => ItemFilter.Select(items, "$[?(@.a =~ /^(a+)+$/)]", TimeProvider.System));
    }
}

using Pylon.Sandbox.Bpp.Filters;

namespace Pylon.Sandbox.Tests;

public sealed class ItemFilterNamesTests
{
    [Theory]
    [InlineData("@.beckn:price >= 1", "@['beckn:price'] >= 1")]
    [InlineData("@.beckn:itemAttributes.beckn:gridParameters.renewableMix>=30", "@['beckn:itemAttributes']['beckn:gridParameters'].renewableMix>=30")]
    [InlineData("@..beckn:id == 'a'", "@..['beckn:id'] == 'a'")]
    [InlineData("@['beckn:id'] == 'x.beckn:y'", "@['beckn:id'] == 'x.beckn:y'")]
    [InlineData("@[\"beckn:id\"] == \"it's\"", "@['beckn:id'] == 'it\\'s'")]
    [InlineData("@.plain.name == 1.5", "@.plain.name == 1.5")]
    public void NamesWithColonsAreBracketed(string path, string expected) => Assert.Equal(expected, ItemFilter.Rewrite(path));

    [Fact]
    public void OpenQuoteIsRefused() => Assert.Throws<JsonPathException>(() => ItemFilter.Select([], "$[?(@.a == 'b)]", TimeProvider.System));
}

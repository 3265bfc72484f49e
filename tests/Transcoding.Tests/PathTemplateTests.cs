using Pylon.Transcoding.Routing;

namespace Pylon.Transcoding.Tests;

public sealed class PathTemplateTests
{
    [Theory]
    [InlineData("/", 0, 0, "")]
    [InlineData("/v1/things", 2, 0, "")]
    [InlineData("/v1/{id}", 2, 1, "")]
    [InlineData("/v1/{id}:choose", 2, 1, "choose")]
    [InlineData("/v1/{name=shelves/*/books/*}", 5, 1, "")]
    [InlineData("/v1/{a.b}/x/{c=**}:do", 4, 2, "do")]
    [InlineData("/v1/*/x/**", 4, 0, "")]
    public void TemplatesOfTheGrammarAreRead(string text, int segments, int variables, string verb)
    {
        var template = PathTemplate.Parse(text);

        Assert.Equal(segments, template.Segments.Count);
        Assert.Equal(variables, template.Variables.Count);
        Assert.Equal(verb, template.Verb);
    }

    [Theory]
    [InlineData("v1")]
    [InlineData("")]
    [InlineData("/v1//x")]
    [InlineData("/v1/{id")]
    [InlineData("/v1/{}")]
    [InlineData("/v1/{a.}")]
    [InlineData("/v1/{a={b}}")]
    [InlineData("/v1/{a=**}/x")]
    [InlineData("/v1/{a}/{a}")]
    [InlineData("/v1/x:")]
    [InlineData("/v1/x:y/z")]
    [InlineData("/v1/")]
    public void TemplatesOutsideTheGrammarAreRefused(string text) => Assert.Throws<FormatException>(() => PathTemplate.Parse(text));

    [Theory]
    [InlineData("/v1/{id}", "/v1/a%2Fb%20c", "a/b c")]
    [InlineData("/v1/{id}", "/v1/%E2%82%AC", "€")]
    [InlineData("/v1/{id}", "/v1/a+b", "a+b")]
    [InlineData("/v1/{id=**}", "/v1/a/b%2Fc/%20", "a/b%2Fc/ ")]
    [InlineData("/v1/{id=**}", "/v1", "")]
    [InlineData("/v1/{id=x/*}", "/v1/x/a%2fb", "x/a%2fb")]
    public void VariablesAreDecodedByTheRuleOfTheirSpan(string template, string path, string value)
    {
        Assert.True(PathTemplate.Parse(template).TryExtract(path[1..].Split('/'), out var values));

        Assert.Equal(value, Assert.Single(values).Value);
    }

    [Theory]
    [InlineData("/v1/%zz")]
    [InlineData("/v1/%")]
    [InlineData("/v1/%2")]
    [InlineData("/v1/%C3%28")]
    public void BrokenEscapesAreRefused(string path) =>
        Assert.False(PathTemplate.Parse("/v1/{id}").TryExtract(path[1..].Split('/'), out _));
}

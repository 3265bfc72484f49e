using Pylon.Testing.V1;
using Pylon.Transcoding.Routing;

namespace Pylon.Transcoding.Tests;

public sealed class RouteTableTests
{
    private static readonly RouteTable Table = new(Binding.Of([EchoService.Descriptor]));

    [Theory]
    [InlineData("GET", "/v1/echo/a", "/v1/echo/{text}")]
    [InlineData("GET", "/v1/echo/fixed", "/v1/echo/fixed")]
    [InlineData("GET", "/v1/echo/fi%78ed", "/v1/echo/fixed")]
    [InlineData("HEAD", "/v1/echo/a", "/v1/echo/{text}")]
    [InlineData("PURGE", "/v1/echo/a", "/v1/echo/{text}")]
    [InlineData("DELETE", "/v1/echo/a", "/v1/echo/{text}")]
    [InlineData("POST", "/v1/echo/a:send", "/v1/echo/{text}:send")]
    [InlineData("GET", "/v1/echo/a:b", "/v1/echo/{text}")]
    [InlineData("GET", "/v1/echo/a%3Asend", "/v1/echo/{text}")]
    [InlineData("GET", "/v1/files/a/b/c", "/v1/files/{text=**}")]
    [InlineData("GET", "/v1/files/a/b:stat", "/v1/files/{text=**}:stat")]
    [InlineData("GET", "/v1/files", "/v1/files/{text=**}")]
    [InlineData("GET", "/v1/shelves/1/books/2", "/v1/{inner.name=shelves/*/books/*}")]
    public void PathsFindTheirBinding(string method, string path, string template) =>
        Assert.Equal(template, Table.Match(method, path).Binding?.Template.Text);

    [Theory]
    [InlineData("GET", "/v1/echo/a:send", "POST")]
    [InlineData("PATCH", "/v1/echo/a", "DELETE, GET, HEAD, PURGE")]
    [InlineData("GET", "/v1/echo", "POST")]
    public void OtherMethodGetsTheAllowedOnes(string method, string path, string allowed)
    {
        var match = Table.Match(method, path);

        Assert.Null(match.Binding);
        Assert.Equal(allowed, string.Join(", ", match.Allowed.Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/v1")]
    [InlineData("/v1/echo/")]
    [InlineData("/v1/echo//inner")]
    [InlineData("/V1/echo/a")]
    [InlineData("v1/echo/a")]
    public void OtherPathsFindNothing(string path)
    {
        var match = Table.Match("POST", path);

        Assert.Null(match.Binding);
        Assert.Empty(match.Allowed);
    }

    [Fact]
    public void TwoRulesWithOneMethodAndPathAreRefused()
    {
        var bindings = Binding.Of([EchoService.Descriptor]);

        Assert.Throws<FormatException>(() => new RouteTable([.. bindings, bindings[0]]));
    }
}

namespace Pylon.Access.Tests;

public sealed class ScopeRuleTests
{
    [Fact]
    public void OneOfItsScopesIsEnoughAndNoOtherIs()
    {
        var rule = ScopeRule.Parse("grid:read workloads:read");

        foreach (var scope in Scope.All)
            Assert.Equal(scope == Scope.GridRead || scope == Scope.WorkloadsRead, rule.Allows(new Caller("x", Guid.Empty, new HashSet<Scope> { scope })));
        Assert.False(rule.Allows(null));
        Assert.False(rule.Allows(new Caller("x", Guid.Empty, new HashSet<Scope>())));
    }

    [Fact]
    public void InternalIsForServices()
    {
        var rule = ScopeRule.Parse("internal");

        Assert.True(rule.Allows(Caller.Service("gateway")));
        Assert.False(rule.Allows(new Caller("root", Guid.Empty, Scope.Every)));
        Assert.False(rule.Allows(null));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("grid:write")]
    [InlineData("grid:read,workloads:read")]
    [InlineData("GRID:READ")]
    [InlineData("public")]
    [InlineData("any")]
    public void AnythingElseIsNoRule(string text) => Assert.Throws<FormatException>(() => ScopeRule.Parse(text));

    [Fact]
    public void UnknownScopesOfATokenAreLeftOut() => Assert.Equal([Scope.GridRead], Scope.Known("openid  grid:read internal grid:write"));
}

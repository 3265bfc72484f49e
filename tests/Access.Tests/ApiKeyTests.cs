namespace Pylon.Access.Tests;

public sealed class ApiKeyTests
{
    [Fact]
    public void AKeyIsReadBack()
    {
        var made = ApiKey.Create();

        Assert.True(ApiKey.TryParse(made.Text, out var read));
        Assert.Equal((made.Id, made.Text), (read.Id, read.Text));
        Assert.Equal(made.Hash(), read.Hash());
        Assert.Equal(80, made.Text.Length);
        Assert.DoesNotContain(made.Text[37..], made.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void KeysDiffer() => Assert.Equal(1000, Enumerable.Range(0, 1000).Select(_ => ApiKey.Create().Text[37..]).Distinct().Count());

    [Theory]
    [InlineData("")]
    [InlineData("pyl_")]
    [InlineData("pyl_0199c2f47d537c0e9b420c5b7f3f2a11_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef")]
    [InlineData("pyl_0199c2f47d537c0e9b420c5b7f3f2a11_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh")]
    [InlineData("pyl_0199C2F47D537C0E9B420C5B7F3F2A11_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg")]
    [InlineData("pyl_0199c2f47d537c0e9b420c5b7f3f2a1g_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg")]
    [InlineData("pyl_0199c2f47d537c0e9b420c5b7f3f2a11-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg")]
    [InlineData("PYL_0199c2f47d537c0e9b420c5b7f3f2a11_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg")]
    [InlineData("pyl_0199c2f47d537c0e9b420c5b7f3f2a11_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef-")]
    [InlineData("pyl_0199c2f47d537c0e9b420c5b7f3f2a11_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefé")]
    public void AnythingElseIsNoKey(string text) => Assert.False(ApiKey.TryParse(text, out _));
}

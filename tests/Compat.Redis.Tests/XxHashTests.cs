using System.IO.Hashing;
using System.Text;
using Xunit;

namespace Pylon.Compat.Redis.Tests;

/// <summary>The sanity check vectors that the xxHash project publishes (XSUM_XXH64_testdata, XSUM_XXH3_testdata).</summary>
public sealed class XxHashTests
{
    private const ulong Prime32 = 2654435761;
    private const ulong Prime64 = 11400714785074694797;

    [Theory]
    [InlineData(0, 0, 0xEF46DB3751D8E999)]
    [InlineData(0, Prime32, 0xAC75FDA2929B17EF)]
    [InlineData(1, 0, 0xE934A84ADB052768)]
    [InlineData(1, Prime32, 0x5014607643A9B4C3)]
    [InlineData(4, 0, 0x9136A0DCA57457EE)]
    [InlineData(14, 0, 0x8282DCC4994E35C8)]
    [InlineData(14, Prime32, 0xC3BD6BF63DEB6DF0)]
    [InlineData(222, 0, 0xB641AE8CB691C174)]
    [InlineData(222, Prime32, 0x20CB8AB7AE10C14A)]
    public void XxHash64MatchesThePublishedVectors(int length, ulong seed, ulong expected) =>
        Assert.Equal(expected, XxHash64.HashToUInt64(Buffer(length), unchecked((long)seed)));

    [Theory]
    [InlineData("", "EF46DB3751D8E999")]
    [InlineData("a", "D24EC4F1A98C6E5B")]
    [InlineData("abc", "44BC2CF5AD770999")]
    [InlineData("message digest", "066ED728FCEEB3BE")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "CFE1F278FA89835C")]
    [InlineData("Nobody inspects the spammish repetition", "FBCEA83C8A378BF1")]
    public void XxHash64WritesTheHighestByteFirst(string text, string expected) =>
        Assert.Equal(expected, Convert.ToHexString(XxHash64.Hash(Encoding.UTF8.GetBytes(text))));

    [Theory]
    [InlineData(0, 0, 0x2D06800538D394C2)]
    [InlineData(0, Prime64, 0xA8A6B918B2F0364A)]
    [InlineData(1, 0, 0xC44BDFF4074EECDB)]
    [InlineData(1, Prime64, 0x032BE332DD766EF8)]
    [InlineData(6, 0, 0x27B56A84CD2D7325)]
    [InlineData(6, Prime64, 0x84589C116AB59AB9)]
    [InlineData(12, 0, 0xA713DAF0DFBB77E7)]
    [InlineData(12, Prime64, 0xE7303E1B2336DE0E)]
    [InlineData(24, 0, 0xA3FE70BF9D3510EB)]
    [InlineData(24, Prime64, 0x850E80FC35BDD690)]
    [InlineData(48, 0, 0x397DA259ECBA1F11)]
    [InlineData(48, Prime64, 0xADC2CBAA44ACC616)]
    [InlineData(80, 0, 0xBCDEFBBB2C47C90A)]
    [InlineData(80, Prime64, 0xC6DD0CB699532E73)]
    [InlineData(195, 0, 0xCD94217EE362EC3A)]
    [InlineData(195, Prime64, 0xBA68003D370CB3D9)]
    [InlineData(403, 0, 0xCDEB804D65C6DEA4)]
    [InlineData(403, Prime64, 0x6259F6ECFD6443FD)]
    [InlineData(512, 0, 0x617E49599013CB6B)]
    [InlineData(512, Prime64, 0x3CE457DE14C27708)]
    [InlineData(2048, 0, 0xDD59E2C3A5F038E0)]
    [InlineData(2048, Prime64, 0x66F81670669ABABC)]
    [InlineData(2240, 0, 0x6E73A90539CF2948)]
    [InlineData(2240, Prime64, 0x757BA8487D1B5247)]
    [InlineData(2367, 0, 0xCB37AEB9E5D361ED)]
    [InlineData(2367, Prime64, 0xD2DB3415B942B42A)]
    public void XxHash3MatchesThePublishedVectors(int length, ulong seed, ulong expected) =>
        Assert.Equal(expected, XxHash3.HashToUInt64(Buffer(length), unchecked((long)seed)));

    [Theory]
    [InlineData("a", 0xE6C632B61E964E1F)]
    [InlineData("abc", 0x78AF5F94892F3950)]
    [InlineData("hello", 10760762337991515389)]
    [InlineData("The quick brown fox jumps over the lazy dog", 14879076941462221669)]
    public void XxHash3MatchesTheReferenceOnText(string text, ulong expected) =>
        Assert.Equal(expected, XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(text)));

    [Fact]
    public void EveryLengthHashesDifferentlyAndAlike()
    {
        // Wrong bounds at a change of regime throw or repeat a value.
        var seen = new HashSet<ulong>();
        for (var length = 0; length <= 1100; length++)
        {
            var data = Buffer(length);
            Assert.True(seen.Add(XxHash3.HashToUInt64(data)), $"length {length}");
            Assert.Equal(XxHash3.HashToUInt64(data), XxHash3.HashToUInt64(data.ToArray()));
            _ = XxHash64.HashToUInt64(data);
        }
    }

    // The generator of the published vectors.
    private static byte[] Buffer(int length)
    {
        var buffer = new byte[length];
        var state = Prime32;
        for (var i = 0; i < length; i++, state = unchecked(state * Prime64))
            buffer[i] = (byte)(state >> 56);
        return buffer;
    }
}

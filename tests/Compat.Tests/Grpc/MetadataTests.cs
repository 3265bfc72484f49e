using System.Text;
using Grpc.Core;
using Xunit;

namespace Pylon.Compat.Tests;

public sealed class MetadataTests
{
    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData("colon:")]
    [InlineData("schlüssel")]
    [InlineData("\u212Aelvin")] // lower-cases to an ordinary k
    public void AKeyOfOtherCharactersIsRefused(string key) =>
        Assert.Throws<ArgumentException>(() => new Metadata.Entry(key, "value"));

    [Fact]
    public void KeyIsLowerCasedAndFoundInAnyCase()
    {
        var metadata = new Metadata { { "X-Request_Id.V1", "7" } };

        Assert.Equal("x-request_id.v1", metadata[0].Key);
        Assert.Equal("7", metadata.GetValue("X-REQUEST_ID.v1"));
    }

    [Fact]
    public void TextAndBytesKeepToTheirKeys()
    {
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key-bin", "text"));
        Assert.Throws<ArgumentException>(() => new Metadata.Entry("key", [1]));
        Assert.Throws<InvalidOperationException>(() => new Metadata.Entry("key-BIN", [1]).Value);
        Assert.Throws<ArgumentNullException>(() => new Metadata.Entry("key", (string)null!));
        Assert.Throws<ArgumentNullException>(() => new Metadata.Entry(null!, "text"));
        Assert.Equal(Encoding.ASCII.GetBytes("text"), new Metadata.Entry("key", "text").ValueBytes);
    }

    [Fact]
    public void BytesAreCopiedInAndOut()
    {
        byte[] given = [1, 2];
        var entry = new Metadata.Entry("key-bin", given);
        given[0] = 9;
        entry.ValueBytes[1] = 9;

        Assert.Equal([1, 2], entry.ValueBytes);
    }

    [Fact]
    public void TheLastOfARepeatedKeyCounts()
    {
        var metadata = new Metadata { { "k", "1" }, { "other", "x" }, { "k", "2" } };

        Assert.Equal("2", metadata.GetValue("k"));
        Assert.Equal(["1", "2"], metadata.GetAll("k").Select(entry => entry.Value));
        Assert.Null(metadata.Get("absent"));
        Assert.Null(metadata.GetValueBytes("absent-bin"));
    }

    [Fact]
    public void ItIsAList()
    {
        Metadata.Entry first = new("a", "1"), second = new("b", "2");
        var metadata = new Metadata { second };
        metadata.Insert(0, first);

        Assert.Equal([first, second], metadata);
        Assert.Equal(1, metadata.IndexOf(second));
        Assert.True(metadata.Remove(first));
        metadata.Clear();
        Assert.Empty(metadata);
        Assert.Throws<ArgumentNullException>(() => metadata.Add(null!));
    }

    [Fact]
    public void TheSharedEmptyOneCannotBeFilled()
    {
        Assert.True(Metadata.Empty.IsReadOnly);
        Assert.Throws<InvalidOperationException>(() => Metadata.Empty.Add("k", "v"));
    }
}
